import { useMessages } from "../lib/messages";
import type { WatchState } from "@sidelink/client";

/** Whether this page follows the configuration, and how. */
export function LiveState({ state }: { state: WatchState }) {
  const messages = useMessages();
  const key = state.kind === "live" ? state.transport : state.kind;
  return (
    <span className="live" role="status" data-testid="live-state" data-state={key}>
      {messages.live[key]}
    </span>
  );
}
