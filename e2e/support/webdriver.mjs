// A browser that speaks W3C WebDriver, with the part of Playwright's pages that the suites of calls use.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loudestMoment, watchFrames } from './in-page.mjs';
import { within } from './process.mjs';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'; // the standard's name of an element's reference
const SCRIPT_MS = 120_000;

class Session {
  static async opens(driver, capabilities) {
    const { sessionId, capabilities: got } = await send('POST', `${driver}/session`, { capabilities: { alwaysMatch: capabilities } });
    const session = new Session(`${driver}/session/${sessionId}`, got);
    await session.post('timeouts', { script: SCRIPT_MS, pageLoad: 60_000 });
    return session;
  }

  constructor(url, capabilities) {
    this.url = url;
    this.capabilities = capabilities;
  }

  post = (path, body = {}) => send('POST', `${this.url}/${path}`, body);
  get = (path) => send('GET', `${this.url}/${path}`);
  close = () => send('DELETE', this.url);

  /** The element's path, once the page has it. */
  async element(css, seconds) {
    await this.post('timeouts', { implicit: seconds * 1000 });
    const found = await this.post('element', { using: 'css selector', value: css });
    return `element/${found[ELEMENT]}`;
  }

  async count(css) {
    await this.post('timeouts', { implicit: 0 });
    return (await this.post('elements', { using: 'css selector', value: css })).length;
  }

  /** Runs a function of one argument in the page, and returns what it resolves to. */
  async evaluate(fn, arg = null) {
    const script = `const [arg, done] = arguments;
      Promise.resolve().then(() => (${fn})(arg)).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.post('execute/async', { script, args: [arg] });
    if (error) throw new Error(`in the page: ${error}`);
    return value;
  }
}

async function send(method, url, body) {
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`);
  return value;
}

/** As `Visitor` of browser.mjs. */
export class WebDriverVisitor {
  static async opens(name, driver, capabilities) {
    return new WebDriverVisitor(name, await Session.opens(driver, capabilities));
  }

  constructor(name, session) {
    this.name = name;
    this.session = session;
    this.page = { context: () => session, evaluate: (fn, arg) => session.evaluate(fn, arg) };
  }

  part(id) {
    const { session } = this;
    const css = `[data-testid="${id}"]`;
    const element = () => session.element(css, 30);
    return {
      count: () => session.count(css),
      click: async () => session.post(`${await element()}/click`),
      getAttribute: async (name) => session.get(`${await element()}/attribute/${name}`),
      async fill(text) {
        const field = await element();
        await session.post(`${field}/clear`);
        await session.post(`${field}/value`, { text });
      },
    };
  }

  opens = (url) => this.session.post('url', { url });

  async sees(name, attribute, value, { seconds = 60 } = {}) {
    const end = typeof value === 'string' ? `[${attribute}="${value}"]` : '';
    await this.session.element(`[data-testid="${name}"]${end}`, seconds);
  }

  async seesMovingVideo(others, { frames = 10, seconds = 60 } = {}) {
    await this.session.element(`.others[data-count="${others}"] [data-testid="tile-video"][data-local="false"]`, seconds);
    return within(seconds, `${this.name} sees ${others} moving`, this.session.evaluate(watchFrames, frames));
  }

  hears = () => this.session.evaluate(loudestMoment);
  rung = () => this.part('call').getAttribute('data-rung');

  async shot(name) {
    const folder = process.env.E2E_SHOTS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${name}.png`), Buffer.from(await this.session.get('screenshot'), 'base64'));
  }
}
