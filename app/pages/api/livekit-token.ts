import { livekitToken } from "@sidelink/client/server";
import { jsonBody, route } from "../../lib/control/api";
import { OpenRooms } from "../../lib/token/open-rooms";
import { refusal } from "../../lib/token/problem";
import { RateLimit } from "../../lib/token/rate-limit";
import { addressOf, isShared, isSameOrigin, networkOf, parseJoinRequest } from "../../lib/token/request";

export const config = { api: { bodyParser: { sizeLimit: "4kb" } } };

// Enough for a family behind one address that joins several times, and too few for a script.
const limit = new RateLimit(30, 60_000);
/** Shared by all visitors whose address does not identify a network. */
const inAll = new RateLimit(300, 60_000);
const rooms = new OpenRooms();

/** The sidecar makes it unique. It contains no part of the name, because LiveKit logs identities with addresses. */
const IDENTITY = "guest";

/** Takes `{room, name}` and returns `{token}`. The bearer token for the sidecar never leaves this process. */
export default route({
  POST: async (request, response, signal) => {
    if (!isSameOrigin(request.headers)) throw refusal("other_origin");
    const body = jsonBody(request);
    const address = addressOf(request.headers, request.socket.remoteAddress);
    const network = isShared(address) ? null : networkOf(address);
    const now = Date.now();
    const wait = network === null ? inAll.admit("", now) : limit.admit(network, now);
    if (wait > 0) throw refusal("too_many", wait);
    const { room, name } = parseJoinRequest(body);
    const roomWait = rooms.admit(room, network, now);
    if (roomWait > 0) throw refusal("too_many_rooms", roomWait);
    const token = await livekitToken({ room, identity: IDENTITY, name }, { signal });
    response.status(200).json({ token });
  },
});
