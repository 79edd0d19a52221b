// The first step of a call, without a browser: through the public URL into a room, until LiveKit
// names it.
import { once } from 'node:events';
import { request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { internet } from '../support/internet.mjs';
import { within } from '../support/process.mjs';
import { control, stack } from '../support/stack.mjs';

const EDGE = `${process.env.STAND_INS_INTERNET || '198.51.100'}.53`;
const ROOM = 'faults';
/** Between two attempts, because no event reports when the next one works. */
const INTERVAL_MS = 50;
const TIMEOUT_MS = 3000;

let joins = 0;

/** Joins the same room each time; rejects when LiveKit refuses. */
export async function join(publicUrl) {
  const { hostname } = new URL(publicUrl);
  const token = await accessToken();
  const call = request({
    host: EDGE, servername: hostname, path: '/rtc', ca: await internet.authorities(), signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { host: hostname, authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  });
  const refused = once(call, 'response').then(([{ statusCode }]) => { throw new Error(`/rtc answered ${statusCode}`); });
  refused.catch(() => {});
  call.end();
  const [, socket, head] = await Promise.race([once(call, 'upgrade'), refused]);
  try {
    await within(TIMEOUT_MS / 1000, `the name of room ${ROOM} from LiveKit`, namesRoom(socket, head));
  } finally {
    socket.destroy();
  }
}

/** Tries until a participant has joined. Returns the time in Unix milliseconds. */
export async function joined(publicUrl, { seconds = 30 } = {}) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await join(publicUrl);
      return Date.now();
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(INTERVAL_MS);
    }
  }
}

async function accessToken() {
  const answer = await fetch(`${control}/livekit-token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await stack.token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room: ROOM, identity: `guest-${(joins += 1)}`, name: 'Guest' }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`/livekit-token answered ${answer.status}`);
  return (await answer.json()).token;
}

/** The API key that the stack uses for LiveKit. */
export async function livekitKey() {
  const [, claims] = (await accessToken()).split('.');
  return JSON.parse(Buffer.from(claims, 'base64url')).iss;
}

async function namesRoom(socket, head) {
  let received = head;
  const known = () => received.includes(ROOM);
  while (!known()) {
    const [more] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => { throw new Error('LiveKit closed the connection'); })]);
    received = Buffer.concat([received, more]);
  }
}
