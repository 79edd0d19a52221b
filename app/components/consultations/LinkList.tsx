import type { Links } from "../../lib/consultation/use-links";
import { useNow } from "../../lib/consultation/use-now";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { useWords } from "../../lib/words/in";
import { LinkRow } from "./LinkRow";

/** Lists the valid links, newest first. */
export function LinkList({ links: { list, lost, signedOut } }: { links: Links }) {
  const words = useWords(CONSULTATIONS);
  const now = useNow(15_000);
  const shown = list?.links.filter((link) => link.kind === "consultation") ?? [];
  return (
    <section className="card" aria-labelledby="list-title" data-testid="consultations" data-count={list ? shown.length : ""}>
      <h2 id="list-title">{words.list}</h2>
      <div role="status" className="hint">
        {signedOut ? (
          <p className="notice">
            {words.signedOut} <a href="/signin">{words.signIn}</a>
          </p>
        ) : lost ? (
          <p className="notice" data-testid="list-lost">{words.listLost}</p>
        ) : null}
      </div>
      {list === null ? <p className="quiet">{words.listLoading}</p> : null}
      {list !== null && shown.length === 0 ? <p className="quiet">{words.listEmpty}</p> : null}
      <ul className="links">
        {shown.map((link) => <LinkRow key={link.token} link={link} now={now} />)}
      </ul>
    </section>
  );
}
