import { route } from "../../lib/control/api";
import { setCookie } from "../../lib/session/cookie";
import { cameByHttps, saysItsOrigin } from "../../lib/session/guard";
import { refusal } from "../../lib/token/problem";
import { isSameOrigin } from "../../lib/token/request";

export const config = { api: { bodyParser: { sizeLimit: "1kb" } } };

/** Makes the browser forget its session. */
export default route({
  POST: async (request, response) => {
    if (!isSameOrigin(request.headers) || !saysItsOrigin(request.headers)) throw refusal("other_origin");
    response.setHeader("set-cookie", setCookie("", cameByHttps(request)));
    response.status(204).end();
  },
});
