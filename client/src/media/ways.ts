import { supportsTunnel, type Support } from "./support.js";
import type { Transport, TransportOptions } from "./transport.js";
import type { Rung } from "./types.js";
import type { Path } from "./webrtc/path.js";
import type { ProbeOptions } from "./webrtc/probe.js";

/** The two ways to join, and the attempt that shows whether the better one works. Tests pass their own. */
export interface Ways {
  tunnel(options: TransportOptions): Promise<Transport>;
  webrtc(options: TransportOptions): Promise<Transport>;
  probe(options: ProbeOptions): Promise<Path | null>;
}

export type Way = "tunnel" | "webrtc";

/** Whether a way is of use: the browser supports it, and the app allows one of its rungs. */
export function canUse(way: Way, support: Support, rungs: readonly Rung[]): boolean {
  if (way === "tunnel") return rungs.includes("tunnel") && supportsTunnel(support);
  return support.webrtc && rungs.some((rung) => rung !== "tunnel");
}

/** Returns the ways of a browser. Each is loaded at its first use. */
export function browserWays(support: Support, rungs: readonly Rung[]): Ways {
  return {
    async tunnel(options) {
      const { joinByTunnel } = await import("./tunnel/transport.js");
      return joinByTunnel(options, { audio: support.sendAudio, video: support.sendVideo });
    },
    async webrtc(options) {
      const { joinByWebrtc } = await import("./webrtc/transport.js");
      return joinByWebrtc({ ...options, rungs, givesUp: canUse("tunnel", support, rungs) });
    },
    async probe(options) {
      const { probe } = await import("./webrtc/probe.js");
      return probe(options);
    },
  };
}
