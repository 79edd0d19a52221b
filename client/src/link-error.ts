/** Why a link could not be made, opened or reported on: for programs by `code`, for people by the messages. */
export class LinkError extends Error {
  declare readonly name: "LinkError";
  /** Stable: of Sidelink's contract, or `unreachable`, `unexpected_answer`, `not_joined`, `token_unreadable`. */
  declare readonly code: string;
  declare readonly messagePt: string;
  /** Of the answer; 0 when there was none. */
  declare readonly status: number;
  /** Seconds after which trying again makes sense; null when nobody said so. */
  declare readonly retryAfter: number | null;
  /** What a person does next, where the answer says it. */
  declare readonly fix: string | null;

  constructor(code: string, message: string, messagePt: string, status = 0, retryAfter: number | null = null, fix: string | null = null) {
    super(message);
    Object.assign(this, { name: "LinkError", code, messagePt, status, retryAfter, fix });
  }
}

/** Where the server does not say it better. */
const NO_ANSWER = ["No valid answer. Try again.", "Sem resposta. Tente novamente."] as const;

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Sends `init` to `url`. Answers the JSON of a success, `{}` where that has none, if it is what `fits`.
 * @throws LinkError, or what the caller aborted it with
 */
export async function exchange<T>(url: string, init: RequestInit, fits: (body: Fields) => body is Fields & T): Promise<T> {
  const response = await fetch(url, { cache: "no-store", ...init }).catch((error) => {
    throw init.signal?.aborted && error.name !== "TimeoutError" ? error : new LinkError("unreachable", ...NO_ANSWER);
  });
  const { status, ok, headers } = response;
  const body = status === 204 ? {} : await response.json().catch(() => null);
  if (ok && body && fits(body)) return body;
  const { code, message, messagePt, fix } = body?.error ?? {};
  const after = parseInt(headers.get("retry-after")!);
  const retryAfter = after >= 0 ? after : null;
  const isText = (value: unknown) => typeof value === "string";
  throw isText(code) && isText(message)
    ? new LinkError(code, message, isText(messagePt) ? messagePt : message, status, retryAfter, isText(fix) ? fix : null)
    : new LinkError("unexpected_answer", ...NO_ANSWER, status, retryAfter);
}
