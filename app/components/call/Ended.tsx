import { useEffect, useRef } from "react";
import type { Ending } from "../../lib/consultation/ending";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";

interface EndedProps {
  readonly ending: Ending;
  readonly onAgain: () => void;
}

/** The end of a call, with a button to enter again. */
export function Ended({ ending, onAgain }: EndedProps) {
  const words = useWords(CALL);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const [title, text] = {
    left: [words.leftTitle, words.left2],
    ended: [words.endedTitle, words.ended],
    cut: [words.cutTitle, words.cut],
    unreachable: [words.cutTitle, words.addressLost],
    elsewhere: [words.elsewhereTitle, words.elsewhere],
    removed: [words.removedTitle, words.removed],
  }[ending];
  return (
    <section className="card end" data-testid="ended" data-ending={ending} aria-labelledby="ended-title">
      <h2 id="ended-title" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <p>{text}</p>
      {ending === "ended" ? null : (
        <button type="button" className="button primary tall" data-testid="again" onClick={onAgain}>
          {words.again}
        </button>
      )}
    </section>
  );
}
