import { isThisMachine } from "../runtime-config/attention.js";
import { readAddress, type Address } from "./address.js";
import { isReconnecting, moveSignal, signalHost } from "./signal.js";

/** The part of livekit-client's `Room` that is used. Since 2.23, `dataReceived` names the sender's identity. */
export interface CallRoom {
  readonly engine?: object;
  on(event: "dataReceived", listener: DataListener): unknown;
  off(event: "dataReceived", listener: DataListener): unknown;
}

export interface Moved extends Address {
  /**
   * Whether the call continues automatically. If not, this version of livekit-client cannot change its address: media
   * flows until livekit-client ends the call, so the page offers to join again under the new address.
   */
  readonly resumes: boolean;
}

export interface FollowOptions {
  /** Called once for each new address. Call `config.moveTo(publicUrl)` and update other copies of the old address. */
  readonly onMoved: (moved: Moved) => void;
  /**
   * Returns a new LiveKit token for the same identity under the new address, e.g. by `joinLink(token, { name, base })`.
   * Called while signalling is down, because LiveKit renews a token every 5 minutes, but only over signalling.
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
/** The wait for a new token ends after this time, because the old token may still be valid. */
const TOKEN_TIMEOUT_MS = 5_000;

/**
 * Migrates a call to the stack's new address. When the sidecar announces a new address in the room, the same `room`
 * resumes its signalling there; its media does not change. Does nothing on this machine and on plain http, because
 * their signalling does not pass a tunnel. Returns a function that ends this.
 */
export function followAddress(room: CallRoom, { onMoved, freshToken }: FollowOptions): () => void {
  let ended = false;
  let latest: string | null = null;
  const migrate = async (address: Address) => {
    const token = freshToken && isReconnecting(room.engine) ? await within(TOKEN_TIMEOUT_MS, freshToken(address)) : null;
    if (ended || latest !== address.publicUrl) return;
    onMoved({ ...address, resumes: moveSignal(room.engine, address.livekitUrl, token) });
  };
  const listener: DataListener = (payload, participant, _kind, topic, _encryption, identity) => {
    // Only the server's messages have neither participant nor identity. A participant's message has
    // at least its identity.
    if (topic !== TOPIC || participant !== undefined || identity !== "") return;
    if (location.protocol !== "https:" || isThisMachine(location.hostname)) return;
    const address = readAddress(payload);
    if (!address || address.publicUrl === (latest ?? currentOrigin(room))) return;
    latest = address.publicUrl;
    void migrate(address);
  };
  room.on("dataReceived", listener);
  return () => {
    ended = true;
    room.off("dataReceived", listener);
  };
}

/** Returns the origin that the call uses now. */
function currentOrigin({ engine }: CallRoom): string {
  return `https://${signalHost(engine) ?? location.host}`;
}

/** Returns null when `token` fails or takes longer than `ms`. */
async function within(ms: number, token: Promise<string>): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<null>((resolve) => (timer = setTimeout(resolve, ms, null)));
  return Promise.race([token.catch(() => null), limit]).finally(() => clearTimeout(timer));
}
