// A call's first step, without a browser: through the link into a room, until LiveKit says which one.
import { once } from 'node:events';
import { request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { internet } from '../support/internet.mjs';
import { within } from '../support/process.mjs';
import { control, stack } from '../support/stack.mjs';

const EDGE = `${process.env.STAND_INS_INTERNET || '198.51.100'}.53`;
const ROOM = 'faults';
/** Between two attempts: nothing tells when the next one works. */
const PACE_MS = 50;
const PATIENCE_MS = 3000;

let joins = 0;

/** Joins the same room each time; rejects when LiveKit does not let us in. */
export async function join(publicUrl) {
  const { hostname } = new URL(publicUrl);
  const token = await accessToken();
  const call = request({
    host: EDGE, servername: hostname, path: '/rtc', ca: await internet.authorities(), signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { host: hostname, authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  });
  const refused = once(call, 'response').then(([{ statusCode }]) => { throw new Error(`/rtc answered ${statusCode}`); });
  refused.catch(() => {});
  call.end();
  const [, socket, head] = await Promise.race([once(call, 'upgrade'), refused]);
  try {
    await within(PATIENCE_MS / 1000, `the name of room ${ROOM} from LiveKit`, saysRoom(socket, head));
  } finally {
    socket.destroy();
  }
}

/** Tries until somebody is let in; answers when that was, Unix milliseconds. */
export async function joined(publicUrl, { seconds = 30 } = {}) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await join(publicUrl);
      return Date.now();
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(PACE_MS);
    }
  }
}

async function accessToken() {
  const answer = await fetch(`${control}/livekit-token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await stack.token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room: ROOM, identity: `guest-${(joins += 1)}`, name: 'Guest' }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`/livekit-token answered ${answer.status}`);
  return (await answer.json()).token;
}

/** The key by which the stack knows LiveKit. */
export async function livekitKey() {
  const [, claims] = (await accessToken()).split('.');
  return JSON.parse(Buffer.from(claims, 'base64url')).iss;
}

async function saysRoom(socket, head) {
  let seen = head;
  const known = () => seen.includes(ROOM);
  while (!known()) {
    const [more] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => { throw new Error('LiveKit hung up'); })]);
    seen = Buffer.concat([seen, more]);
  }
}
