import type { CallProblem } from "../lib/call/problem";
import { useLanguage, useMessages } from "../lib/messages";
import { messageIn } from "../lib/words/in";
import { CloseIcon } from "./icons";

/** Shows the problems of a call. */
export function Problems({ problems, onDismiss }: { problems: readonly CallProblem[]; onDismiss: () => void }) {
  const messages = useMessages();
  const language = useLanguage();
  if (problems.length === 0) return null;
  const text = (problem: CallProblem) => {
    if (typeof problem === "string") return messages.problem[problem];
    return messageIn(language, problem);
  };
  return (
    <div className="notice" role="alert" data-testid="problem">
      <div>
        {problems.map((problem) => (
          <p key={text(problem)} data-code={typeof problem === "string" ? problem : problem.code}>
            {text(problem)}
          </p>
        ))}
      </div>
      <button type="button" className="plain" aria-label={messages.dismiss} onClick={onDismiss}>
        <CloseIcon />
      </button>
    </div>
  );
}
