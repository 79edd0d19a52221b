import { route } from "../../lib/control/api";
import { setCookie } from "../../lib/session/cookie";
import { cameByHttps, namesItsOrigin } from "../../lib/session/guard";
import { refusal } from "../../lib/token/problem";
import { isSameOrigin } from "../../lib/token/request";

export const config = { api: { bodyParser: { sizeLimit: "1kb" } } };

/** Deletes the session's cookie in the browser. */
export default route({
  POST: async (request, response) => {
    if (!isSameOrigin(request.headers) || !namesItsOrigin(request.headers)) throw refusal("other_origin");
    response.setHeader("set-cookie", setCookie("", cameByHttps(request)));
    response.status(204).end();
  },
});
