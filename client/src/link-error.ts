/** Why a link could not be made, opened or reported on: for programs by `code`, for people by the messages. */
export class LinkError extends Error {
  override readonly name = "LinkError";

  constructor(
    /** Stable: of Sidelink's contract, or `unreachable`, `unexpected_answer`, `not_joined`, `token_unreadable`. */
    readonly code: string,
    message: string,
    readonly message_pt: string,
    /** Of the answer; 0 when there was none. */
    readonly status: number,
    /** Seconds after which trying again makes sense; null when nobody said so. */
    readonly retryAfter: number | null = null,
    /** What a person does next, where the answer says it. */
    readonly fix: string | null = null,
  ) {
    super(message);
  }
}

/** Sends `init` to `url`. Answers the status and the JSON of a success. @throws LinkError, or what the caller aborted it with */
export async function exchange(url: string, init: RequestInit): Promise<{ status: number; body: Fields }> {
  let response: Response;
  try {
    response = await fetch(url, { cache: "no-store", ...init });
  } catch (error) {
    if (init.signal?.aborted && (error as Error).name !== "TimeoutError") throw error;
    throw noAnswer("unreachable", 0);
  }
  const { status, ok, headers } = response;
  if (status === 204) return { status, body: {} };
  const body = fields(await response.json().catch(() => null));
  if (ok && body) return { status, body };
  const after = parseInt(headers.get("retry-after") ?? "", 10);
  throw refusal(fields(body?.error), status, after >= 0 ? after : null);
}

export type Fields = Readonly<Record<string, unknown>>;

/** An answer that is not the contract's. */
export function unexpected(status: number, retryAfter: number | null = null): LinkError {
  return noAnswer("unexpected_answer", status, retryAfter);
}

function noAnswer(code: string, status: number, retryAfter: number | null = null): LinkError {
  const [message, message_pt] = ["The server does not answer as it should. Try again in a moment.", "O servidor não responde como deveria. Tente de novo em instantes."];
  return new LinkError(code, message, message_pt, status, retryAfter);
}

function refusal(error: Fields | null, status: number, retryAfter: number | null): LinkError {
  const text = (key: string) => (typeof error?.[key] === "string" ? error[key] : null);
  const code = text("code");
  const message = text("message");
  if (code === null || message === null) return unexpected(status, retryAfter);
  return new LinkError(code, message, text("message_pt") ?? message, status, retryAfter, text("fix"));
}

function fields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null ? (value as Fields) : null;
}
