import type { LinkError } from "@sidelink/client";
import { useLocalNetworkHint } from "../../lib/call/use-hint";
import { useLanguage, useMessages } from "../../lib/messages";
import { CALL } from "../../lib/words/call";
import { messageIn, useWords } from "../../lib/words/in";

interface JoiningProps {
  /** Why the attempt waits; it continues automatically. */
  readonly waiting: LinkError | null;
  readonly onCancel: () => void;
}

/** Shows the progress between the button and the call. */
export function Joining({ waiting, onCancel }: JoiningProps) {
  const words = useWords(CALL);
  const messages = useMessages();
  const language = useLanguage();
  const hinted = useLocalNetworkHint(waiting === null);
  return (
    <>
      <div role="status" data-testid="joining" data-code={waiting?.code ?? ""}>
        {waiting ? (
          <div className="notice">
            <div>
              <p>{messageIn(language, waiting)}</p>
              <p>{words.preparing}</p>
            </div>
          </div>
        ) : hinted ? (
          <p className="notice">{messages.localNetworkHint}</p>
        ) : (
          <p className="quiet">{words.joining}</p>
        )}
      </div>
      <button type="button" className="button" onClick={onCancel}>
        {words.cancel}
      </button>
    </>
  );
}
