import { resendLink, revokeLink } from "@sidelink/client/server";
import { answerLink, linkToken, signedInRoute, waitOf } from "../../../lib/control/api";

export const config = { api: { bodyParser: { sizeLimit: "1kb" } } };

/** `DELETE` ends a link and its call. `POST` returns the link again, verified under the current public URL. */
export default signedInRoute({
  DELETE: async (request, response, signal) => {
    await revokeLink(linkToken(request.query.token), { signal });
    response.status(204).end();
  },
  POST: async (request, response, signal) => {
    const token = linkToken(request.query.token);
    answerLink(response, await resendLink(token, { wait: waitOf(request), signal }), 200);
  },
});
