import { readFile } from "node:fs/promises";
import { parseProblem, Refusal, refusal } from "./problem";

const TIMEOUT_MS = 5_000;

export interface Sidecar {
  /** Control's base address. */
  readonly url: string | undefined;
  /** Where the bearer token is; read at every request, so that a renewed one needs no restart. */
  readonly tokenFile: string | undefined;
}

export interface Participant {
  readonly room: string;
  readonly identity: string;
  readonly name: string;
}

/** Asks the sidecar for a LiveKit token. @throws Refusal */
export async function livekitToken(sidecar: Sidecar, participant: Participant): Promise<string> {
  const bearer = await bearerToken(sidecar.tokenFile);
  const response = await post(sidecar.url, bearer, participant);
  if (response.status === 401 || response.status === 403) throw refusal("sidecar_refused");
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const problem = parseProblem(answer);
    throw problem && response.status >= 400 ? new Refusal(response.status, problem) : refusal("sidecar_answer");
  }
  if (typeof answer === "object" && answer !== null && "token" in answer && typeof answer.token === "string") {
    return answer.token;
  }
  throw refusal("sidecar_answer");
}

async function bearerToken(file: string | undefined): Promise<string> {
  if (!file) throw refusal("token_unreadable");
  const token = (await readFile(file, "utf8").catch(() => "")).trim();
  if (token === "") throw refusal("token_unreadable");
  return token;
}

async function post(base: string | undefined, bearer: string, participant: Participant): Promise<Response> {
  try {
    return await fetch(new URL("/livekit-token", base), {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      body: JSON.stringify(participant),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
  } catch {
    throw refusal("sidecar_unreachable");
  }
}
