import type { LinkError } from "@sidelink/client";
import { useLocalNetworkHint } from "../../lib/call/use-hint";
import { useLanguage, useMessages } from "../../lib/messages";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";

interface JoiningProps {
  /** Why it takes its time; it goes on by itself. */
  readonly waiting: LinkError | null;
  readonly onCancel: () => void;
}

/** What is going on between the button and the call. */
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
              <p>{language === "pt-BR" ? waiting.messagePt : waiting.message}</p>
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
