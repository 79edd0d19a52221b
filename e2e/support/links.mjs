// Links as a server creates them, and as a page uses them, without a browser.
import { createHash } from 'node:crypto';
import { request } from 'node:https';
import { internet } from './internet.mjs';
import { control, local, stack } from './stack.mjs';

const EDGE = `${process.env.STAND_INS_INTERNET || '198.51.100'}.53`;
const TIMEOUT_MS = 40_000; // a response is held for 25 s

export const CONSULTATION = { professionalId: 'dra-ana', clientId: 'bia', consultationType: 'first' };

/** A response with its JSON, for every status. */
async function call(url, { method = 'GET', body, headers = {} } = {}) {
  const answer = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null };
}

const authorized = async (headers = {}) => ({ authorization: `Bearer ${await stack.token()}`, ...headers });

export const links = {
  /** `wait` in seconds; with `key` the same request gets the same response. */
  make: async (body = CONSULTATION, { wait, key } = {}) =>
    call(`${control}/links${wait ? `?wait=${wait}s` : ''}`, { method: 'POST', body, headers: await authorized(key ? { 'idempotency-key': key } : {}) }),
  list: async () => call(`${control}/links`, { headers: await authorized() }),
  get: async (token) => call(`${control}/links/${token}`, { headers: await authorized() }),
  resend: async (token, { wait } = {}) => call(`${control}/links/${token}/resend${wait ? `?wait=${wait}s` : ''}`, { method: 'POST', headers: await authorized() }),
  revoke: async (token) => call(`${control}/links/${token}`, { method: 'DELETE', headers: await authorized() }),

  /** Ends every link. */
  revokeAll: async () => {
    for (const { token } of (await links.list()).body.links) await links.revoke(token);
  },

  /** Creates a link, and waits until one can be issued. */
  async made(body, options) {
    const { status, body: link, text } = await links.make(body, { wait: 25, ...options });
    if (status !== 201) throw new Error(`POST /links answered ${status}: ${text}`);
    return link;
  },

  /** A LiveKit token for a room of no link: `{ room, identity, name }`. */
  livekitToken: async (body) => call(`${control}/livekit-token`, { method: 'POST', body, headers: await authorized() }),

  /** The videos of the folder; `play` with `{ room, loop, convert }`, `stop` with `{ room }`. */
  videos: async () => call(`${control}/available-videos`, { headers: await authorized() }),
  video: async (name, command, body) => call(`${control}/available-videos/${encodeURIComponent(name)}/${command}`, { method: 'POST', body, headers: await authorized() }),

  /** Through this machine's own port. */
  join: (token, body = { name: 'Bia' }) => call(`${local}/sidelink/links/${token}/join`, { method: 'POST', body }),
  report: (token, body) => call(`${local}/sidelink/links/${token}/report`, { method: 'POST', body }),
  look: (token) => call(`${local}/sidelink/links/${token}`),
};

/** A request to the public hostname, sent straight to the edge without a resolver. */
export async function throughEdge(publicUrl, path, { method = 'GET', body, headers = {} } = {}) {
  const { hostname } = new URL(publicUrl);
  const ca = await internet.authorities();
  return new Promise((resolve, reject) => {
    const sent = request({
      host: EDGE, servername: hostname, path, method, ca, signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { host: hostname, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more) => (text += more)).on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What a report may contain of a token: enough to distinguish two. */
export const nameOf = (token) => createHash('sha256').update(token).digest('hex').slice(0, 8);
