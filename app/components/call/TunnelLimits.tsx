import type { MediaGrade } from "@sidelink/client";
import { missing, type Missing } from "@sidelink/client/media";
import { useEffect, useState } from "react";
import { eitherOf, mayUseTunnel } from "../../lib/call/tunnel-limits";
import { useLanguage } from "../../lib/messages";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";

/** Before a call: what this browser cannot do if the call goes through the tunnel. */
export function TunnelLimits({ grade }: { grade: MediaGrade | null }) {
  const words = useWords(CALL);
  const language = useLanguage();
  const lacking = useMissing();
  if (lacking.length === 0 || !mayUseTunnel(grade, location.hostname)) return null;
  return (
    <p className="notice" data-testid="tunnel-limits" data-missing={lacking.join(" ")}>
      {words.limits(eitherOf(lacking.map((each) => words.lacking[each]), language))}
    </p>
  );
}

function useMissing(): readonly Missing[] {
  const [lacking, setLacking] = useState<readonly Missing[]>([]);
  useEffect(() => {
    let over = false;
    void (async () => {
      const found = await missing();
      if (!over) setLacking(found);
    })();
    return () => void (over = true);
  }, []);
  return lacking;
}
