import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { connect } from "./connect.js";
import type { ConnectOptions } from "./types.js";

/** Returns what the stack got of a call that can use no rung, because this is not a browser. */
async function reported(t: { after(end: () => void): void }, options: Partial<ConnectOptions> = {}): Promise<string[]> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    requests.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const call = await connect({ livekitUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "t", ...options });
  await new Promise<void>((resolve) => void call.on("ended", () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, 200));
  return requests;
}

test("the stack learns of a call that no rung carries", async (t) => {
  assert.deepEqual(await reported(t), ['POST /sidelink/connection Bearer t {"path":"none"}']);
});

test("a call that does not report its connection sends nothing", async (t) => {
  assert.deepEqual(await reported(t, { reportsConnection: false }), []);
});
