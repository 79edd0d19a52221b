import type { WaitingFor } from "../../lib/consultation/api";
import { useNow } from "../../lib/consultation/use-now";
import { useLanguage } from "../../lib/messages";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { useWords } from "../../lib/words/in";

/** The sidecar's layers, in the order in which a link is proven. */
const LAYERS = ["docker", "services", "gateway", "tunnel", "edge", "dns", "tls", "marker", "app", "livekit", "websocket", "safe"];

interface PreparingProps {
  readonly waitingFor: WaitingFor | null;
  /** When the person asked, Unix ms. */
  readonly since: number;
}

/** What the link is waiting for, in words; how far that is, and since when. */
export function Preparing({ waitingFor, since }: PreparingProps) {
  const words = useWords(CONSULTATIONS);
  const language = useLanguage();
  const now = useNow();
  const step = waitingFor ? LAYERS.indexOf(waitingFor.layer) + 1 : 0;
  const seconds = Math.max(0, Math.floor(((now ?? since) - since) / 1000));
  const message = waitingFor ? (language === "pt-BR" ? waitingFor.message_pt : waitingFor.message) : words.almost;
  return (
    <div className="preparing" data-testid="preparing" data-layer={waitingFor?.layer ?? ""}>
      <p className="preparing-title">{words.preparingTitle}</p>
      <p role="status" data-testid="awaited">
        {message}
      </p>
      <progress
        className="progress"
        aria-label={words.preparingTitle}
        max={LAYERS.length}
        value={step > 0 ? step - 1 + fraction(seconds) : undefined}
      />
      <p className="quiet">
        {step > 0 ? `${words.preparingStep(step, LAYERS.length)} · ` : ""}
        {words.preparingFor(seconds)}
      </p>
      <p className="quiet">{words.preparingDetail}</p>
    </div>
  );
}

// Within a step nobody knows how far it is: it nears the next one and never gets there.
function fraction(seconds: number): number {
  return 1 - 1 / (1 + seconds / 10);
}
