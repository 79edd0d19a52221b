/** Long enough for a handshake through a tunnel. */
const PATIENCE_MS = 5_000;

/** Whether a WebSocket opens on this page's own origin: somebody in between may let none through. */
export function socketsOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(new URL("/runtime-config/ws", location.href.replace(/^http/, "ws")));
    const end = (open: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(open);
    };
    const timer = setTimeout(() => end(false), PATIENCE_MS);
    socket.addEventListener("open", () => end(true));
    socket.addEventListener("error", () => end(false));
  });
}
