import { isThisMachine } from "../runtime-config/attention.js";
import { readAddress, type Address } from "./address.js";
import { isReconnecting, moveSignal, signalHost } from "./signal.js";

/** What is used of livekit-client's `Room`; of 2.23, whose `dataReceived` names the sender's identity. */
export interface CallRoom {
  readonly engine?: object;
  on(event: "dataReceived", listener: DataListener): unknown;
  off(event: "dataReceived", listener: DataListener): unknown;
}

export interface Moved extends Address {
  /**
   * The call goes on by itself. Without it this version of livekit-client cannot be moved: media flows until the
   * call is given up, so the page offers to join anew under the new address.
   */
  readonly resumes: boolean;
}

export interface FollowOptions {
  /** Once for each new address: `config.moveTo(publicUrl)`, and whatever else the page keeps of the old one. */
  readonly onMoved: (moved: Moved) => void;
  /**
   * A fresh LiveKit token of the same identity under the new address, e.g. of `joinLink(token, { name, base })`. It
   * is asked for when signalling is down: LiveKit renews a token every 5 minutes, but only over the signalling.
   */
  readonly freshToken?: (address: Address) => Promise<string>;
}

type DataListener = (
  payload: Uint8Array,
  participant?: unknown,
  kind?: unknown,
  topic?: string,
  encryption?: unknown,
  identity?: string,
) => void;

const TOPIC = "sidelink";
/** The old token may still do: it is not waited for longer. */
const TOKEN_TIMEOUT_MS = 5_000;

/**
 * Moves a call with the stack's address. When the sidecar says into the room that the stack has a new address, the
 * same `room` resumes its signalling there; its media is not touched. Ignored on this machine and on plain http,
 * whose signalling does not pass a tunnel. Ends when the answered function is called.
 */
export function followAddress(room: CallRoom, { onMoved, freshToken }: FollowOptions): () => void {
  let ended = false;
  let latest: string | null = null;
  const move = async (address: Address) => {
    const token = freshToken && isReconnecting(room.engine) ? await within(TOKEN_TIMEOUT_MS, freshToken(address)) : null;
    if (ended || latest !== address.publicUrl) return;
    onMoved({ ...address, resumes: moveSignal(room.engine, address.livekitUrl, token) });
  };
  const listener: DataListener = (payload, participant, _kind, topic, _encryption, identity) => {
    // Only the server's own messages have neither; a participant's has both, or its identity when it is not known yet.
    if (topic !== TOPIC || participant !== undefined || identity !== "") return;
    if (location.protocol !== "https:" || isThisMachine(location.hostname)) return;
    const address = readAddress(payload);
    if (!address || address.publicUrl === (latest ?? presentOrigin(room))) return;
    latest = address.publicUrl;
    void move(address);
  };
  room.on("dataReceived", listener);
  return () => {
    ended = true;
    room.off("dataReceived", listener);
  };
}

/** Where the call is now. */
function presentOrigin({ engine }: CallRoom): string {
  return `https://${signalHost(engine) ?? location.host}`;
}

/** Null when it fails or takes longer. */
async function within(ms: number, asked: Promise<string>): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<null>((resolve) => (timer = setTimeout(resolve, ms, null)));
  return Promise.race([asked.catch(() => null), limit]).finally(() => clearTimeout(timer));
}
