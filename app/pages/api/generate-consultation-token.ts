import { createLink, type LinkRequest, type StillPreparing } from "@sidelink/client/server";
import { admitProfessionalOrServer } from "../../lib/control/access";
import { answerLink, idempotencyKeyOf, jsonBody, route } from "../../lib/control/api";
import { refusal, Refusal } from "../../lib/token/problem";

export const config = { api: { bodyParser: { sizeLimit: "4kb" } } };

/**
 * `{professionalId, clientId, consultationType}` in; 200 `{consultationUrl, token, room, expiresAt, verifiedAt, qr}`
 * out, within 25 s, for a link that was seen to work from outside a moment ago. Where there is none in that time: 503
 * with what is awaited and `Retry-After`, or 202 for whoever sent `Prefer: respond-async`.
 */
export default route({
  POST: async (request, response, signal) => {
    await admitProfessionalOrServer(request);
    const { professionalId, clientId, consultationType } = jsonBody(request);
    const wish = { professionalId, clientId, consultationType } as LinkRequest;
    const link = await createLink(wish, { wait: 25, idempotencyKey: idempotencyKeyOf(request), signal });
    const mayBeTold = /\brespond-async\b/.test(String(request.headers.prefer));
    if (link.kind === "preparing" && !mayBeTold) throw preparing(link);
    answerLink(response, link, 200);
  },
});

function preparing({ waitingFor, retryAfter }: StillPreparing): Refusal {
  const { status, problem } = refusal("preparing");
  const { message, messagePt } = waitingFor ?? problem;
  return new Refusal(status, { ...problem, message, messagePt }, retryAfter);
}
