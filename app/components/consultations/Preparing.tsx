import { LAYERS } from "@sidelink/client/preparing";
import { usePreparing } from "@sidelink/client/react";
import type { WaitingFor } from "../../lib/consultation/api";
import { useNow } from "../../lib/consultation/use-now";
import { useLanguage } from "../../lib/messages";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { useWords } from "../../lib/words/in";

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
  // Where the page's own look at the stack is later than the last answer, it knows better.
  const seen = usePreparing();
  const layer = seen.layer ?? waitingFor?.layer ?? null;
  const step = LAYERS.findIndex((name) => name === layer) + 1;
  const seconds = Math.max(0, Math.floor(((now ?? since) - since) / 1000));
  const told = language === "pt-BR" ? waitingFor?.messagePt : waitingFor?.message;
  const message = seen.message(language === "pt-BR" ? "pt" : "en") ?? told ?? words.almost;
  return (
    <div className="preparing" data-testid="preparing" data-layer={layer ?? ""}>
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
