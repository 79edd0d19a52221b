/** Why a link could not be created, opened or reported on: `code` is for programs, the messages are for people. */
export class LinkError extends Error {
  declare readonly name: "LinkError";
  /**
   * Stable: a code of Sidelink's API, or `unreachable`, `unexpected_answer`, `not_joined`,
   * `sidecar_unknown`, `token_unreadable`.
   */
  declare readonly code: string;
  declare readonly messagePt: string;
  /** HTTP status of the response; 0 without a response. */
  declare readonly status: number;
  /** Seconds until a retry makes sense; null when the response names none. */
  declare readonly retryAfter: number | null;
  /** What a person does next; null when the response does not name it. */
  declare readonly fix: string | null;

  constructor(code: string, message: string, messagePt: string, status = 0, retryAfter: number | null = null, fix: string | null = null) {
    super(message);
    Object.assign(this, { name: "LinkError", code, messagePt, status, retryAfter, fix });
  }
}

/** Used when the server sends no better message. */
const NO_ANSWER = ["No valid answer. Try again.", "Sem resposta. Tente novamente."] as const;

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Sends `init` to `url`. Returns the JSON of a successful response if it `fits`, or `{}` for a 204.
 * @throws LinkError, or the reason of the caller's abort
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
