import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Room } from "livekit-client";
import { stubGlobal } from "../../browser.js";
import { tryDirectAddress } from "./direct-address.js";

/** A browser's peer connection, as far as livekit-client's transports use it here. */
class FakePeerConnection {
  static readonly all: FakePeerConnection[] = [];
  connectionState = "new";
  remoteDescription: RTCSessionDescriptionInit | null = null;
  readonly added: RTCIceCandidateInit[] = [];
  constructor() {
    FakePeerConnection.all.push(this);
  }
  async setRemoteDescription(description: RTCSessionDescriptionInit) {
    if (description.sdp === "refused") throw new Error("refused");
    this.remoteDescription = description;
  }
  async addIceCandidate(candidate: RTCIceCandidateInit) {
    this.added.push(candidate);
  }
  createDataChannel() {
    return {};
  }
  getSenders() {
    return [];
  }
  close() {
    this.connectionState = "closed";
  }
}
stubGlobal("RTCPeerConnection", FakePeerConnection);

interface Transport {
  setRemoteDescription(description: RTCSessionDescriptionInit, offerId: number): Promise<boolean>;
  getConnectionState(): string;
  close(): void;
}

/** What livekit-client makes its transports with, in both of its modes. */
interface Engine {
  configure(joined: object, single: boolean): Promise<void>;
  readonly pcManager: { readonly publisher: Transport; readonly subscriber?: Transport };
}

const offer = (ufrag: string): RTCSessionDescriptionInit => ({ type: "offer", sdp: `v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:${ufrag}\r\n` });
const passes = async (milliseconds: number) => {
  mock.timers.tick(milliseconds);
  await Promise.resolve();
};

async function transports(directAddress: string | null | undefined, { single = true } = {}): Promise<Transport[]> {
  const room = new Room();
  tryDirectAddress(room, directAddress);
  const engine = room.engine as unknown as Engine;
  await engine.configure({ iceServers: [], subscriberPrimary: true }, single);
  const { publisher, subscriber } = engine.pcManager;
  return subscriber ? [publisher, subscriber] : [publisher];
}

beforeEach(() => {
  mock.timers.reset();
  FakePeerConnection.all.length = 0;
  mock.timers.enable({ apis: ["setTimeout"] });
});

test("each peer connection gets the candidate 800 ms after its remote description", async () => {
  for (const single of [true, false]) {
    FakePeerConnection.all.length = 0;
    const all = await transports("192.0.2.10:7882", { single });
    assert.equal(all.length, single ? 1 : 2);
    for (const [at, transport] of all.entries()) await transport.setRemoteDescription(offer(`u${at}`), 1);
    await passes(799);
    assert.deepEqual(FakePeerConnection.all.flatMap(({ added }) => added), []);
    await passes(1);
    assert.deepEqual(FakePeerConnection.all.map(({ added }) => added), all.map((_, at) => [{
      candidate: `candidate:77 1 udp 1694498815 192.0.2.10 7882 typ srflx raddr 0.0.0.0 rport 0 ufrag u${at}`, sdpMLineIndex: 0, usernameFragment: `u${at}`,
    }]));
  }
});

test("a renegotiation adds nothing, a restart of ICE adds the candidate again", async () => {
  const [transport] = await transports("192.0.2.10:7882");
  for (const ufrag of ["a", "a", "b"]) await transport!.setRemoteDescription(offer(ufrag), 1);
  await passes(800);
  assert.deepEqual(FakePeerConnection.all[0]!.added.map(({ usernameFragment }) => usernameFragment), ["a", "b"]);
});

test("a description that is refused adds nothing", async () => {
  const [transport] = await transports("192.0.2.10:7882");
  await assert.rejects(transport!.setRemoteDescription({ type: "offer", sdp: "refused" }, 1));
  await passes(800);
  assert.deepEqual(FakePeerConnection.all[0]!.added, []);
});

test("a connection that was closed meanwhile stays closed", async () => {
  const [transport] = await transports("192.0.2.10:7882");
  await transport!.setRemoteDescription(offer("a"), 1);
  transport!.close();
  await passes(800);
  assert.deepEqual([FakePeerConnection.all.length, FakePeerConnection.all[0]!.added], [1, []]);
});

for (const address of [null, undefined, "", "192.0.2.10", "example.org:7882", "192.0.2.10:7882 typ host"]) {
  test(`${JSON.stringify(address)} adds nothing`, async () => {
    const [transport] = await transports(address);
    await transport!.setRemoteDescription(offer("a"), 1);
    await passes(800);
    assert.deepEqual(FakePeerConnection.all[0]!.added, []);
  });
}

test("a livekit-client without these names joins as before", () => {
  for (const engine of [undefined, {}, { on: (_: string, listener: (...all: unknown[]) => void) => listener(undefined, {}, { setRemoteDescription: 1 }) }]) {
    tryDirectAddress({ engine } as unknown as Room, "192.0.2.10:7882");
  }
});
