import { jsonBody, route } from "../../lib/control/api";
import { newSession, setCookie } from "../../lib/session/cookie";
import { cameByHttps, saysItsOrigin } from "../../lib/session/guard";
import { isSame, PASSWORD_LIMIT, readSecrets, secretsOf } from "../../lib/session/password";
import { refusal } from "../../lib/token/problem";
import { RateLimit } from "../../lib/token/rate-limit";
import { addressOf, isSameOrigin, networkOf } from "../../lib/token/request";

export const config = { api: { bodyParser: { sizeLimit: "2kb" } } };

const MINUTE_MS = 60_000;
// Somebody who mistypes tries ten times at most.
const byAddress = new RateLimit(10, 5 * MINUTE_MS);
// Bounds what all addresses together may cost; the password's 98 bits need no help.
const inAll = new RateLimit(300, MINUTE_MS);

/** `{password}` in, 204 and the session's cookie out. */
export default route({
  POST: async (request, response) => {
    if (!isSameOrigin(request.headers) || !saysItsOrigin(request.headers)) throw refusal("other_origin");
    const { password } = jsonBody(request);
    const now = Date.now();
    const network = networkOf(addressOf(request.headers, request.socket.remoteAddress));
    const wait = Math.max(byAddress.admit(network, now), inAll.admit("all", now));
    if (wait > 0) throw refusal("too_many", wait);
    const secrets = await readSecrets(secretsOf(process.env));
    const given = typeof password === "string" ? password.trim() : "";
    if (given.length > PASSWORD_LIMIT || !isSame(given, secrets.password)) throw refusal("wrong_password");
    response.setHeader("set-cookie", setCookie(newSession(secrets, now), cameByHttps(request)));
    response.status(204).end();
  },
});
