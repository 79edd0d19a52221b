import type { NextApiRequest, NextApiResponse } from "next";
import { Refusal, refusal, type Problem } from "../../lib/token/problem";
import { RateLimit } from "../../lib/token/rate-limit";
import { addressOf, identityFor, isSameOrigin, parseJoinRequest } from "../../lib/token/request";
import { livekitToken } from "../../lib/token/sidecar";

export const config = { api: { bodyParser: { sizeLimit: "4kb" } } };

export type TokenAnswer = { token: string; identity: string } | { error: Problem };

// A family behind one address joins and joins again; a script does not get far.
const limit = new RateLimit(30, 60_000);

/** `{room, name}` in, `{token, identity}` out. The bearer token for the sidecar never leaves this process. */
export default async function livekitTokenRoute(
  request: NextApiRequest,
  response: NextApiResponse<TokenAnswer>,
): Promise<void> {
  response.setHeader("cache-control", "no-store");
  try {
    const { room, name } = admitted(request);
    const identity = identityFor(name);
    const sidecar = { url: process.env.SIDELINK_URL, tokenFile: process.env.SIDELINK_TOKEN_FILE };
    const token = await livekitToken(sidecar, { room, identity, name });
    response.status(200).json({ token, identity });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(response, error);
  }
}

function admitted(request: NextApiRequest) {
  if (request.method !== "POST") throw refusal("method_not_allowed");
  if (!isSameOrigin(request.headers)) throw refusal("other_origin");
  if (!request.headers["content-type"]?.startsWith("application/json")) throw refusal("not_json");
  const wait = limit.admit(addressOf(request.headers, request.socket.remoteAddress), Date.now());
  if (wait > 0) throw refusal("too_many", wait);
  return parseJoinRequest(request.body);
}

function refuse(response: NextApiResponse<TokenAnswer>, { status, problem, retryAfterSeconds }: Refusal): void {
  if (status === 405) response.setHeader("allow", "POST");
  if (retryAfterSeconds !== null) response.setHeader("retry-after", String(retryAfterSeconds));
  if (status >= 500) console.warn(`livekit token not issued code=${problem.code}`);
  response.status(status).json({ error: problem });
}
