import { LAYERS } from "@sidelink/client/preparing";
import { usePreparing } from "@sidelink/client/react";
import type { WaitingFor } from "../../lib/consultation/api";
import { useNow } from "../../lib/consultation/use-now";
import { useLanguage } from "../../lib/messages";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { messageIn, useWords } from "../../lib/words/in";

interface PreparingProps {
  readonly waitingFor: WaitingFor | null;
  /** When the person requested the link, Unix ms. */
  readonly since: number;
}

/** Shows what the link waits for, the progress, and since when. */
export function Preparing({ waitingFor, since }: PreparingProps) {
  const words = useWords(CONSULTATIONS);
  const language = useLanguage();
  const now = useNow();
  // The page follows the status itself, because that is newer than the last response.
  const status = usePreparing();
  const layer = status.layer ?? waitingFor?.layer ?? null;
  const step = LAYERS.findIndex((name) => name === layer) + 1;
  const seconds = Math.max(0, Math.floor(((now ?? since) - since) / 1000));
  const message = status.message(language === "pt-BR" ? "pt" : "en") ?? (waitingFor ? messageIn(language, waitingFor) : words.almost);
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

// The progress within a step is unknown, so the bar approaches the next step and never reaches it.
function fraction(seconds: number): number {
  return 1 - 1 / (1 + seconds / 10);
}
