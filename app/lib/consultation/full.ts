import type { Joined } from "@sidelink/client";

/** Long enough for a handshake through a tunnel. */
const TIMEOUT_MS = 5_000;

/**
 * Whether the room is full, after LiveKit could not be reached. LiveKit (1.13.5) refuses the WebSocket of a full room
 * with 500 "connection closed by media", which a page cannot read, while it accepts the token at `/rtc/validate`. A
 * network that blocks WebSockets looks the same, so this also checks whether another WebSocket opens.
 */
export async function isFull(joined: Joined): Promise<boolean> {
  const [valid, open] = await Promise.all([isValid(joined), socketOpens()]);
  return valid && open;
}

async function isValid({ livekitUrl, token }: Joined): Promise<boolean> {
  const url = new URL(`${livekitUrl.replace(/^ws/, "http").replace(/\/$/, "")}/rtc/validate`);
  url.searchParams.set("access_token", token);
  const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);
  return answer?.ok ?? false;
}

function socketOpens(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(new URL("/sidelink/runtime-config/ws", location.href.replace(/^http/, "ws")));
    const end = (open: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(open);
    };
    const timer = setTimeout(() => end(false), TIMEOUT_MS);
    socket.addEventListener("open", () => end(true));
    socket.addEventListener("error", () => end(false));
  });
}
