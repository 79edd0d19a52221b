import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { WebSocket, WebSocketServer, type RawData } from "ws";
import { stubGlobal } from "../../browser.js";
import type { LinkState } from "../state.js";
import { allocateFrame, HEADER_BYTES, readFrame, type Frame } from "../wire/frame.js";
import type { BridgeMessage } from "../wire/messages.js";
import { Link } from "./link.js";

stubGlobal("WebSocket", WebSocket);

let server: WebSocketServer;
let sockets: WebSocket[];
let received: Record<string, unknown>[];
let frames: Frame[];
let messages: BridgeMessage[];
let states: LinkState["kind"][];
let link: Link;

before(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: (offered) => (offered.has("sidelink-media.1") ? "sidelink-media.1" : false) });
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("message", (data: RawData, isBinary) => {
      if (isBinary) frames.push(readFrame(new Uint8Array(data as Buffer).buffer)!);
      else received.push(JSON.parse(String(data)));
    });
  });
  await once(server, "listening");
});
after(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

const bridge = () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}/sidelink/media`;

const newLink = (...urls: [string, ...string[]]) =>
  new Link(urls, { token: "t", audio: true, video: null, decode: ["opus"] }, {
    onMessage: (message) => messages.push(message),
    onFrame: () => undefined,
    onState: ({ kind }) => states.push(kind),
  });

beforeEach(() => {
  [sockets, received, frames, messages, states] = [[], [], [], [], []];
  link = newLink(bridge());
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 500, "it never happened");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const sends = (message: object) => sockets.at(-1)!.send(JSON.stringify(message));

async function joins(resumed = false): Promise<void> {
  await until(() => received.some(({ type }) => type === "hello"));
  sends({ type: "joined", identity: "me", name: "Me", resume: "secret", resumed });
  await until(() => link.isJoined);
}

test("says hello, joins, and leaves with bye", async () => {
  link.open(false);
  await joins();
  assert.deepEqual(received[0], { type: "hello", token: "t", audio: true, video: null, decode: ["opus"] });
  link.bye();
  await until(() => received.some(({ type }) => type === "bye"));
  assert.deepEqual(states, ["opening", "joined", "ended"]);
});

test("acknowledges what arrives once, soon", async () => {
  link.open(false);
  await joins();
  const frame = allocateFrame({ kind: "audio", key: false, layer: 0, trackOrLevel: 1, sequence: 0, timestamp: 0 }, 84);
  sockets[0]!.send(frame);
  sockets[0]!.send(frame);
  await until(() => received.some(({ type }) => type === "ack"));
  const acks = received.filter(({ type }) => type === "ack") as { bytes: number; at: number }[];
  assert.deepEqual(acks.map(({ bytes }) => bytes), [200]);
  assert.ok(acks[0]!.at > 0 && acks[0]!.at <= performance.now() + 1);
  link.bye();
});

test("numbers frames, and counts what is acknowledged", async () => {
  link.open(false);
  const send = () => link.sendFrame({ kind: "audio", key: false, layer: 0, trackOrLevel: 20, timestamp: 7 }, 4, (body) => body.fill(9));
  send();
  await joins();
  send();
  send();
  await until(() => frames.length === 2);
  assert.deepEqual(frames.map(({ sequence, trackOrLevel, body }) => [sequence, trackOrLevel, body.byteLength]), [[0, 20, 4], [1, 20, 4]]);
  assert.equal(link.queue.roundTrip(), null);
  sends({ type: "ack", bytes: 2 * (HEADER_BYTES + 4) });
  await until(() => link.queue.roundTrip() !== null);
  assert.equal(messages.some(({ type }) => type === "ack"), false);
  link.bye();
});

test("a socket that is cut is resumed with the secret, and counts from zero", async () => {
  link.open(false);
  await joins();
  received.length = 0;
  sockets[0]!.terminate();
  await joins(true);
  assert.equal(received[0]!.resume, "secret");
  assert.deepEqual(states, ["opening", "joined", "lost", "opening", "joined"]);
  link.sendFrame({ kind: "audio", key: false, layer: 0, trackOrLevel: 0, timestamp: 0 }, 1, () => undefined);
  await until(() => frames.length === 1);
  assert.equal(frames[0]!.sequence, 0);
  link.bye();
});

test("bytes of media are counted over all sockets", async () => {
  link.open(false);
  for (const [at, bytes] of [1, 2].entries()) {
    await joins(at > 0);
    link.sendFrame({ kind: "audio", key: false, layer: 0, trackOrLevel: 0, timestamp: 0 }, 4, () => undefined);
    sockets[at]!.send(allocateFrame({ kind: "audio", key: false, layer: 0, trackOrLevel: 1, sequence: 0, timestamp: 0 }, 10));
    await until(() => link.bytesReceived === bytes * (HEADER_BYTES + 10));
    assert.equal(link.bytesSent, bytes * (HEADER_BYTES + 4));
    received.length = 0;
    sockets[at]!.terminate();
    await until(() => !link.isJoined);
  }
  link.bye();
});

test("an address that does not answer is followed by the next one, with the secret", async () => {
  const other = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "sidelink-media.1" });
  await once(other, "listening");
  link = newLink(`ws://127.0.0.1:${(other.address() as AddressInfo).port}/sidelink/media`, bridge());
  let isLost = false;
  other.on("connection", (socket) => {
    if (isLost) return socket.terminate();
    socket.once("message", () => socket.send(JSON.stringify({ type: "joined", identity: "me", name: "Me", resume: "secret", resumed: false })));
  });
  link.open(false);
  await until(() => link.isJoined);
  isLost = true;
  for (const socket of other.clients) socket.terminate();
  await joins(true);
  other.close();
  assert.equal(received.find(({ type }) => type === "hello")!.resume, "secret");
  assert.deepEqual(states, ["opening", "joined", "lost", "opening", "lost", "opening", "joined"]);
  link.bye();
});

test("the next socket has the token that it was moved to", async () => {
  link.open(false);
  await joins();
  const { port } = server.address() as AddressInfo;
  link.move(`ws://127.0.0.1:${port}/elsewhere`, "fresh");
  received.length = 0;
  sends({ type: "leave", reason: "restart", again: true });
  await joins();
  assert.deepEqual([received[0]!.token, received[0]!.resume], ["fresh", undefined]);
  link.bye();
});

test("a full bridge ends the link", async () => {
  link.open(false);
  await until(() => sockets.length === 1);
  sockets[0]!.close(1013, '{"code":"full","retryAfter":10}');
  await until(() => states.includes("ended"));
  assert.deepEqual(states, ["opening", "ended"]);
});

test("a page that wakes retries at once", async () => {
  link.open(false);
  await joins();
  for (let cut = 1; cut <= 3; cut += 1) {
    sockets.at(-1)!.terminate();
    await until(() => states.at(-1) === "lost");
    link.wake();
    await until(() => sockets.length === cut + 1);
  }
  link.bye();
});
