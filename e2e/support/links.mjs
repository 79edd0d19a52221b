// Links as a server asks for them, and as a page without a browser uses them.
import { createHash } from 'node:crypto';
import { request } from 'node:https';
import { internet } from './internet.mjs';
import { control, local, stack } from './stack.mjs';

const EDGE = `${process.env.STAND_INS_INTERNET || '198.51.100'}.53`;
const PATIENCE_MS = 40_000; // an answer is held for 25 s

export const CONSULTATION = { professionalId: 'dra-ana', clientId: 'bia', consultationType: 'first' };

/** An answer with its JSON, whatever its status. */
async function asked(url, { method = 'GET', body, headers = {} } = {}) {
  const answer = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null };
}

const authorized = async (headers = {}) => ({ authorization: `Bearer ${await stack.token()}`, ...headers });

export const links = {
  /** `wait` in seconds; with `key` the same question has the same answer. */
  make: async (body = CONSULTATION, { wait, key } = {}) =>
    asked(`${control}/links${wait ? `?wait=${wait}s` : ''}`, { method: 'POST', body, headers: await authorized(key ? { 'idempotency-key': key } : {}) }),
  list: async () => asked(`${control}/links`, { headers: await authorized() }),
  get: async (token) => asked(`${control}/links/${token}`, { headers: await authorized() }),
  resend: async (token, { wait } = {}) => asked(`${control}/links/${token}/resend${wait ? `?wait=${wait}s` : ''}`, { method: 'POST', headers: await authorized() }),
  revoke: async (token) => asked(`${control}/links/${token}`, { method: 'DELETE', headers: await authorized() }),

  /** Every one that there is. */
  areRevoked: async () => {
    for (const { token } of (await links.list()).body.links) await links.revoke(token);
  },

  /** A link of somebody's, once one can be given out. */
  async made(body, options) {
    const { status, body: link, text } = await links.make(body, { wait: 25, ...options });
    if (status !== 201) throw new Error(`POST /links answered ${status}: ${text}`);
    return link;
  },

  /** By this machine's own door. */
  join: (token, body = { name: 'Bia' }) => asked(`${local}/sidelink/links/${token}/join`, { method: 'POST', body }),
  report: (token, body) => asked(`${local}/sidelink/links/${token}/report`, { method: 'POST', body }),
  look: (token) => asked(`${local}/sidelink/links/${token}`),
};

/** A request by the public name, as the edge takes it, without asking any resolver. */
export async function throughTheEdge(publicUrl, path, { method = 'GET', body, headers = {} } = {}) {
  const { hostname } = new URL(publicUrl);
  const ca = await internet.authorities();
  return new Promise((resolve, reject) => {
    const call = request({
      host: EDGE, servername: hostname, path, method, ca, signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { host: hostname, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more) => (text += more)).on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    call.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What of a token may stand in a report: enough to tell two apart. */
export const nameOf = (token) => createHash('sha256').update(token).digest('hex').slice(0, 8);
