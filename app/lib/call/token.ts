import { parseProblem } from "../token/problem";
import { CallFailed } from "./problem";

/** Requests a LiveKit token from the app's server. @throws CallFailed */
export async function requestToken(room: string, name: string): Promise<string> {
  const response = await fetch("/api/livekit-token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ room, name }),
  }).catch(() => null);
  const answer: unknown = await response?.json().catch(() => null);
  if (response?.ok && typeof answer === "object" && answer !== null && "token" in answer) {
    return String(answer.token);
  }
  throw new CallFailed(parseProblem(answer) ?? "network");
}
