import type { EndReason, MediaCall } from "@sidelink/client/media";

/** A call that ended before it was connected. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";

  constructor(readonly reason: EndReason) {
    super(reason);
  }
}

/** Longer than the timeouts of all rungs together. After a 404, livekit-client 2.23.0 retries without end. */
const TIMEOUT_MS = 40_000;

/** Resolves with the call when it is connected; leaves it when that takes too long. @throws NotConnected */
export function untilConnected<Call extends Pick<MediaCall, "state" | "on" | "leave">>(call: Call): Promise<Call> {
  return new Promise((resolve, reject) => {
    const settle = (reason: EndReason | null) => {
      clearTimeout(timer);
      for (const end of listeners) end();
      if (reason === null) resolve(call);
      else reject(new NotConnected(reason));
    };
    const timer = setTimeout(() => {
      settle("server_unreachable");
      call.leave();
    }, TIMEOUT_MS);
    const listeners = [call.on("change", () => void (call.state === "connected" && settle(null))), call.on("ended", settle)];
  });
}
