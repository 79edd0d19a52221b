import { createLink, type LinkRequest, type StillPreparing } from "@sidelink/client/server";
import { admitProfessionalOrServer } from "../../lib/control/access";
import { answerLink, idempotencyKeyOf, jsonBody, route } from "../../lib/control/api";
import { refusal, Refusal } from "../../lib/token/problem";

export const config = { api: { bodyParser: { sizeLimit: "4kb" } } };

/**
 * Takes `{professionalId, clientId, consultationType}` and returns 200 `{consultationUrl, token, room, expiresAt,
 * verifiedAt, qr}` within 25 s, for a link that was verified over the internet a moment ago. Without a link in that
 * time it returns 503 with what the stack waits for and `Retry-After`, or 202 to a request with `Prefer: respond-async`.
 */
export default route({
  POST: async (request, response, signal) => {
    await admitProfessionalOrServer(request);
    const { professionalId, clientId, consultationType } = jsonBody(request);
    const wanted = { professionalId, clientId, consultationType } as LinkRequest;
    const link = await createLink(wanted, { wait: 25, idempotencyKey: idempotencyKeyOf(request), signal });
    const acceptsAsync = /\brespond-async\b/.test(String(request.headers.prefer));
    if (link.kind === "preparing" && !acceptsAsync) throw preparing(link);
    answerLink(response, link, 200);
  },
});

function preparing({ waitingFor, retryAfter }: StillPreparing): Refusal {
  const { status, problem } = refusal("preparing");
  const { message, messagePt } = waitingFor ?? problem;
  return new Refusal(status, { ...problem, message, messagePt }, retryAfter);
}
