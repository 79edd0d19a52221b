import type { MediaCall } from "@sidelink/client/media";

/** The states of a call's connection under livekit-client's names. `signalReconnecting`: media still flows. */
export type ShownState = "connecting" | "connected" | "reconnecting" | "signalReconnecting" | "disconnected";

/** Returns the state that the page shows. `signalLost`: signalling reconnects while the media goes on. */
export function shownState({ state, signalLost }: Pick<MediaCall, "state" | "signalLost">): ShownState {
  if (state === "ended") return "disconnected";
  return state === "connected" && signalLost ? "signalReconnecting" : state;
}
