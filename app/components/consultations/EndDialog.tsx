import { useEffect, useId, useRef, useState } from "react";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { useWords } from "../../lib/words/in";

interface EndDialogProps {
  readonly client: string;
  readonly onEnd: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before it ends a link. Enter alone ends nothing. */
export function EndDialog({ client, onEnd, onClose }: EndDialogProps) {
  const words = useWords(CONSULTATIONS);
  const dialog = useRef<HTMLDialogElement>(null);
  const [working, setWorking] = useState(false);
  const title = useId();
  useEffect(() => {
    const asked = dialog.current;
    if (asked && !asked.open) asked.showModal();
    return () => asked?.close();
  }, []);
  const end = async () => {
    setWorking(true);
    await onEnd();
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={title} onCancel={(event) => (event.preventDefault(), onClose())}>
      <h2 id={title}>{words.endQuestion(client)}</h2>
      <p>{words.endDetail}</p>
      <div className="actions">
        <button type="button" className="button" autoFocus onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" className="button leave" data-testid="end-yes" disabled={working} onClick={() => void end()}>
          {words.endYes}
        </button>
      </div>
    </dialog>
  );
}
