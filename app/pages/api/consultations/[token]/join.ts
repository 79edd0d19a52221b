import { joinAsHost } from "@sidelink/client/server";
import { jsonBody, linkToken, signedInRoute } from "../../../../lib/control/api";
import { livekitUrlOf } from "../../../../lib/control/origin";

export const config = { api: { bodyParser: { sizeLimit: "4kb" } } };

/**
 * Takes `{name, resume?}` and returns the sidecar's `join` response. The professional does not
 * count as opening the link.
 */
export default signedInRoute({
  POST: async (request, response, signal) => {
    const { name, resume } = jsonBody(request);
    // The sidecar validates both fields and reports errors in both languages.
    const joined = await joinAsHost(linkToken(request.query.token), { name, resume } as { name: string }, { signal });
    response.status(200).json({ ...joined, livekitUrl: livekitUrlOf(request.headers) ?? joined.livekitUrl });
  },
});
