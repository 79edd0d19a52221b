import { useEffect, useState } from "react";
import { useMessages } from "../lib/messages";
import { CheckIcon, CopyIcon } from "./icons";

const SHOWN_MS = 2_000;

export function CopyButton({ text }: { text: string }) {
  const messages = useMessages();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      className="button"
      data-testid="copy"
      aria-label={copied ? messages.copied : messages.copyLink}
      onClick={async () => setCopied(await copy(text))}
    >
      {copied ? <CheckIcon /> : <CopyIcon />}
      <span aria-live="polite">{copied ? messages.copied : messages.copy}</span>
    </button>
  );
}

// The clipboard API exists only on https and localhost, and the LAN variant serves plain http.
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
