import type { CallRoom } from "../../call/follow-address.js";

type DataListener = Parameters<CallRoom["on"]>[1];

/** What `followAddress` needs of a room: the server's messages, and an address and a token that it may set. */
export class FollowedRoom implements CallRoom {
  readonly engine: { url: string; token: string };
  private readonly listeners = new Set<DataListener>();

  constructor(start: { readonly livekitUrl: string; readonly token: string }, onMove: (livekitUrl: string, token: string) => void) {
    let url = start.livekitUrl;
    let token = start.token;
    this.engine = {
      get url() {
        return url;
      },
      set url(next) {
        onMove((url = next), token);
      },
      get token() {
        return token;
      },
      set token(next) {
        onMove(url, (token = next));
      },
    };
  }

  on(_event: "dataReceived", listener: DataListener): void {
    this.listeners.add(listener);
  }

  off(_event: "dataReceived", listener: DataListener): void {
    this.listeners.delete(listener);
  }

  /** Gives a message of the server to the listeners. */
  receive(payload: Uint8Array, topic: string): void {
    for (const listener of this.listeners) listener(payload, undefined, undefined, topic, undefined, "");
  }
}
