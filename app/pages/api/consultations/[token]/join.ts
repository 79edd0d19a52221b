import { joinAsHost } from "@sidelink/client/server";
import { jsonBody, linkToken, signedInRoute } from "../../../../lib/control/api";
import { livekitUrlOf } from "../../../../lib/control/origin";

export const config = { api: { bodyParser: { sizeLimit: "4kb" } } };

/** `{name, resume?}` in, what the sidecar's own `join` answers out; the professional's coming is no opened link. */
export default signedInRoute({
  POST: async (request, response, signal) => {
    const { name, resume } = jsonBody(request);
    // Judged by the sidecar, which says in both languages what is wrong with them.
    const joined = await joinAsHost(linkToken(request.query.token), { name, resume } as { name: string }, { signal });
    response.status(200).json({ ...joined, livekitUrl: livekitUrlOf(request.headers) ?? joined.livekitUrl });
  },
});
