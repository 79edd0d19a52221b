import { createLink, listLinks, type LinkRequest } from "@sidelink/client/server";
import { answerLink, idempotencyKeyOf, jsonBody, signedInRoute, waitOf } from "../../../lib/control/api";

export const config = { api: { bodyParser: { sizeLimit: "4kb" } } };

/**
 * Lists the professional's links and creates new ones. `GET ?after=N&wait=25s` answers at the next change. `POST
 * {professionalId, clientId, consultationType}` with `Idempotency-Key` and `?wait=` answers 201 with the link, or 202
 * with what the stack waits for. The sidecar validates the fields and reports errors in both languages.
 */
export default signedInRoute({
  GET: async (request, response, signal) => {
    const [after] = /^\d{1,16}$/.exec(String(request.query.after ?? "")) ?? [];
    const list = await listLinks({ wait: waitOf(request), signal, ...(after && { after: Number(after) }) });
    response.status(200).json(list);
  },
  POST: async (request, response, signal) => {
    const { professionalId, clientId, consultationType, ttl } = jsonBody(request);
    const wanted = { professionalId, clientId, consultationType, ttl } as LinkRequest;
    const idempotencyKey = idempotencyKeyOf(request);
    answerLink(response, await createLink(wanted, { wait: waitOf(request), idempotencyKey, signal }), 201);
  },
});
