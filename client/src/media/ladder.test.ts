import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Ladder } from "./ladder.js";
import type { Support } from "./support.js";
import type { Person, Transport, TransportEnd, TransportOptions } from "./transport.js";
import type { ConnectOptions, MediaCall, Rung } from "./types.js";
import type { ProbeOptions } from "./webrtc/probe.js";
import type { Ways } from "./ways.js";

const CHROMIUM: Support = { sendVideo: true, sendAudio: true, receiveVideo: true, receiveAudio: true, webrtc: true };
const FIREFOX_ANDROID: Support = { sendVideo: false, sendAudio: false, receiveVideo: false, receiveAudio: false, webrtc: true };

/** A transport that a test connects and ends. */
class FakeTransport implements Transport {
  state: Transport["state"] = "connecting";
  rung: Rung | null = null;
  silenced = false;
  roundTripMs = null;
  protocol = null;
  signalLost = false;
  isClosed = false;
  readonly self = { identity: "me", name: "Me", attributes: {}, speaking: false };
  readonly people = new Map<string, Person>();
  readonly published: string[] = [];

  constructor(readonly options: TransportOptions) {}

  connects(rung: Rung, ...identities: string[]): void {
    for (const identity of identities) this.people.set(identity, { identity, name: identity, attributes: {}, speaking: false, sources: new Map() });
    [this.state, this.rung] = ["connected", rung];
    this.options.events.change();
  }

  ends(reason: TransportEnd): void {
    this.options.events.ended(reason);
  }

  async publish(kind: string, track: MediaStreamTrack | null) {
    this.published.push(`${kind} ${track ? "on" : "off"}`);
  }
  async setMuted() {}
  async sendData() {}
  async startSound() {}
  async readStats() {
    return null;
  }
  close() {
    this.isClosed = true;
    this.ends("left");
  }
}

let joined: { way: "tunnel" | "webrtc"; transport: FakeTransport }[];
let probed: ProbeOptions | undefined;
let finishProbe: (rung: "lan" | "turn" | null) => void;
let call: MediaCall;
let endings: string[];

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const latest = () => joined.at(-1)!.transport;
const ways = () => joined.map(({ way }) => way);

const join = (way: "tunnel" | "webrtc") => async (options: TransportOptions) => {
  const transport = new FakeTransport(options);
  joined.push({ way, transport });
  return transport;
};
const fakeWays: Ways = {
  tunnel: join("tunnel"),
  webrtc: join("webrtc"),
  probe: (options) => new Promise((resolve) => (probed = options, finishProbe = (rung) => resolve(rung && { rung, protocol: null, candidateType: null, roundTripMs: null, arrived: 0 }))),
};

async function begins(options: Partial<ConnectOptions> = {}, support = CHROMIUM): Promise<void> {
  call = new Ladder({ livekitUrl: "wss://a.example", token: "t", ...options }, support, fakeWays).start();
  call.on("ended", (reason) => endings.push(reason));
  await settled();
}

beforeEach(() => {
  joined = [];
  endings = [];
  finishProbe = () => undefined;
});

test("the call begins in the tunnel and stays there without a probe token", async () => {
  await begins();
  assert.equal(call.state, "connecting");
  latest().connects("tunnel", "ada");
  assert.deepEqual([call.state, call.rung, call.local.identity], ["connected", "tunnel", "me"]);
  assert.deepEqual(call.participants.map(({ identity }) => identity), ["ada"]);
  assert.deepEqual(ways(), ["tunnel"]);
});

test("a rung that works takes over, and the participants stay the same objects", async () => {
  await begins({ probeToken: "p" });
  latest().connects("tunnel", "ada");
  const [ada] = call.participants;
  const tunnel = latest();
  finishProbe("lan");
  await settled();
  assert.deepEqual(ways(), ["tunnel", "webrtc"]);
  tunnel.ends("replaced");
  assert.equal(endings.length, 0);
  assert.equal(call.participants[0], ada);
  latest().connects("lan", "ada");
  assert.deepEqual([call.state, call.rung, call.participants.length, call.participants[0]], ["connected", "lan", 1, ada]);
});

test("the tunnel ends when the better rung is connected first", async () => {
  await begins({ probeToken: "p" });
  const tunnel = latest();
  tunnel.connects("tunnel");
  finishProbe("turn");
  await settled();
  latest().connects("turn");
  assert.ok(tunnel.isClosed);
  assert.deepEqual([call.rung, endings], ["turn", []]);
});

test("a probe that fails changes nothing", async () => {
  await begins({ probeToken: "p" });
  latest().connects("tunnel");
  finishProbe(null);
  await settled();
  assert.deepEqual([ways(), call.rung], [["tunnel"], "tunnel"]);
});

test("a better rung that fails after it took the identity leads back to the tunnel", async () => {
  await begins({ probeToken: "p" });
  const tunnel = latest();
  tunnel.connects("tunnel");
  finishProbe("lan");
  await settled();
  tunnel.ends("replaced");
  latest().ends("failed");
  await settled();
  assert.deepEqual(ways(), ["tunnel", "webrtc", "tunnel"]);
  assert.equal(latest().options.patient, true);
  assert.equal(call.state, "reconnecting");
  latest().connects("tunnel");
  assert.deepEqual([call.state, endings], ["connected", []]);
});

test("a better rung that fails earlier leaves the tunnel alone", async () => {
  await begins({ probeToken: "p" });
  latest().connects("tunnel");
  finishProbe("lan");
  await settled();
  latest().ends("failed");
  await settled();
  assert.deepEqual([ways(), call.state], [["tunnel", "webrtc"], "connected"]);
});

test("WebRTC that dies later leads to the tunnel", async () => {
  await begins({}, CHROMIUM);
  latest().ends("unavailable");
  await settled();
  latest().connects("lan");
  latest().ends("server_unreachable");
  await settled();
  assert.deepEqual(ways(), ["tunnel", "webrtc", "tunnel"]);
});

for (const [what, first, second, end] of [
  ["no bridge and no path", "unavailable", "failed", "failed"],
  ["a full bridge and no path", "full", "failed", "full"],
  ["nothing that answers", "unavailable", "server_unreachable", "server_unreachable"],
  ["a token that is not valid", "expired", null, "expired"],
] as const) {
  test(`${what}: the call ends with ${end}`, async () => {
    await begins();
    latest().ends(first);
    await settled();
    if (second) latest().ends(second);
    assert.deepEqual([call.state, endings], ["ended", [end]]);
  });
}

for (const reason of ["replaced", "removed", "room_closed"] as const) {
  test(`${reason} ends the call on any rung`, async () => {
    await begins();
    latest().connects("tunnel");
    latest().ends(reason);
    await settled();
    assert.deepEqual([ways(), endings], [["tunnel"], [reason]]);
  });
}

test("a browser without WebCodecs begins with WebRTC", async () => {
  await begins({}, FIREFOX_ANDROID);
  assert.deepEqual(ways(), ["webrtc"]);
  assert.deepEqual(call.missing, []);
});

test("the call begins with the path that worked from this network before", async () => {
  await begins({ knownPath: "lan" });
  assert.deepEqual([ways(), latest().options.patient], [["webrtc"], false]);
  latest().ends("failed");
  await settled();
  assert.deepEqual(ways(), ["webrtc", "tunnel"]);
  latest().connects("tunnel");
  assert.deepEqual([call.rung, endings], ["tunnel", []]);
});

test("a known path that the app does not allow changes nothing", async () => {
  await begins({ knownPath: "lan", rungs: ["turn", "tunnel"] });
  assert.deepEqual(ways(), ["tunnel"]);
});

test("LiveKit's address on the internet reaches the probe and the join", async () => {
  await begins({ probeToken: "p", directAddress: "192.0.2.10:7882" });
  latest().connects("tunnel");
  finishProbe("lan");
  await settled();
  assert.deepEqual([probed?.directAddress, latest().options.directAddress], ["192.0.2.10:7882", "192.0.2.10:7882"]);
});

test("the other tunnels' addresses reach the join", async () => {
  await begins({ otherUrls: ["wss://other.example"] });
  assert.deepEqual(latest().options.otherUrls, ["wss://other.example"]);
});

test("only the allowed rungs are used", async () => {
  await begins({ rungs: ["lan", "turn"] });
  assert.deepEqual(ways(), ["webrtc"]);
  latest().ends("failed");
  await settled();
  assert.deepEqual([ways(), endings], [["webrtc"], ["failed"]]);
});

test("a browser that can use no rung ends at once", async () => {
  await begins({ rungs: ["tunnel"] }, FIREFOX_ANDROID);
  assert.deepEqual(endings, ["failed"]);
  assert.equal(call.missing.length, 4);
});

test("a token that expires during the call is renewed once", async () => {
  const follow = { onMoved: () => undefined, freshToken: async () => "fresh" };
  await begins({ follow });
  latest().connects("tunnel");
  latest().ends("expired");
  await settled();
  assert.deepEqual([ways(), latest().options.token], [["tunnel", "tunnel"], "fresh"]);
  latest().ends("expired");
  assert.deepEqual(endings, ["expired"]);
});

test("a later join uses the address that the stack has announced", async () => {
  await begins({ follow: { onMoved: () => undefined } });
  latest().connects("tunnel");
  latest().options.follow!.onMoved({ publicUrl: "https://b.example", livekitUrl: "wss://b.example", resumes: true });
  latest().ends("server_unreachable");
  await settled();
  assert.equal(latest().options.livekitUrl, "wss://b.example");
});

test("leaving ends everything once", async () => {
  await begins({ probeToken: "p" });
  latest().connects("tunnel");
  finishProbe("lan");
  await settled();
  call.leave();
  call.leave();
  assert.ok(joined.every(({ transport }) => transport.isClosed));
  assert.deepEqual(endings, ["left"]);
});

test("an abort leaves, also before the first join", async () => {
  const controller = new AbortController();
  controller.abort();
  await begins({ signal: controller.signal });
  assert.deepEqual([ways(), endings], [[], ["left"]]);
});

test("a track that is published anew stays the same, and one that is gone ends a little later", async (t) => {
  await begins();
  latest().connects("tunnel", "ada");
  const { sources } = latest().people.get("ada")!;
  const source = { kind: "camera", media: { muted: false } as MediaStreamTrack, muted: false, setView: () => undefined } as const;
  sources.set("camera", source);
  latest().options.events.change();
  const { camera } = call.participants[0]!;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const next of [{ ...source }, { ...source }]) {
    sources.delete("camera");
    latest().options.events.change();
    t.mock.timers.tick(1_000);
    sources.set("camera", next);
    latest().options.events.change();
  }
  assert.equal(call.participants[0]!.camera, camera);
  sources.delete("camera");
  latest().options.events.change();
  t.mock.timers.tick(2_000);
  assert.equal(call.participants[0]!.camera, null);
});

test("a participant who leaves is shown a little longer, and is not doubled when it comes back", async (t) => {
  await begins();
  latest().connects("tunnel", "ada");
  t.mock.timers.enable({ apis: ["setTimeout"] });
  latest().people.delete("ada");
  latest().options.events.change();
  assert.equal(call.participants.length, 1);
  latest().connects("tunnel", "ada");
  t.mock.timers.tick(5_000);
  assert.equal(call.participants.length, 1);
  latest().people.delete("ada");
  latest().options.events.change();
  t.mock.timers.tick(5_000);
  assert.equal(call.participants.length, 0);
});
