import { jsonBody, route } from "../../lib/control/api";
import { newSession, setCookie } from "../../lib/session/cookie";
import { cameByHttps, namesItsOrigin } from "../../lib/session/guard";
import { isSame, PASSWORD_LIMIT, readSecrets, secretsOf } from "../../lib/session/password";
import { SignInLimit } from "../../lib/session/sign-in-limit";
import { refusal } from "../../lib/token/problem";
import { addressOf, isSameOrigin, networkOf } from "../../lib/token/request";

export const config = { api: { bodyParser: { sizeLimit: "2kb" } } };

const limit = new SignInLimit();

/** Takes `{password}` and returns 204 with the session's cookie. */
export default route({
  POST: async (request, response) => {
    if (!isSameOrigin(request.headers) || !namesItsOrigin(request.headers)) throw refusal("other_origin");
    const { password } = jsonBody(request);
    const now = Date.now();
    const secrets = await readSecrets(secretsOf(process.env));
    const given = typeof password === "string" ? password.trim() : "";
    if (given.length > PASSWORD_LIMIT || !isSame(given, secrets.password)) {
      throw limit.wrong(networkOf(addressOf(request.headers, request.socket.remoteAddress)), now);
    }
    response.setHeader("set-cookie", setCookie(newSession(secrets, now), cameByHttps(request)));
    response.status(204).end();
  },
});
