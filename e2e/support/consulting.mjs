// A professional at the desk, and clients on phones: what each does in the app's pages.
import { stack, local } from './stack.mjs';

const TIMEOUT_MS = 90_000;

export class Professional {
  #visitor;
  #answers = []; // to "Gerar Link", in order

  constructor(visitor) {
    this.#visitor = visitor;
    visitor.page.on('response', (answer) => {
      const asked = answer.request().method() === 'POST' && new URL(answer.url()).pathname === '/api/consultations';
      if (asked) this.#answers.push({ status: answer.status(), arrivedAt: Date.now(), body: answer.json().catch(() => null) });
    });
  }

  /**
   * With the password that `sidelink password` prints, on this machine's own address unless another
   * is given.
   */
  static async signsIn(visitor, { at = local } = {}) {
    const password = (await stack.sidelink('password')).stdout.trim();
    await visitor.opens(`${at}/consultations`);
    await visitor.part('password').fill(password);
    await visitor.part('sign-in').click();
    await visitor.sees('consultations');
    return new Professional(visitor);
  }

  get visitor() {
    return this.#visitor;
  }

  get page() {
    return this.#visitor.page;
  }

  /** Opens the page again after the app was restarted. */
  async comesBack() {
    await this.#visitor.opens(`${local}/consultations`);
    await this.#visitor.sees('consultations');
  }

  /**
   * "Gerar Link": a link with the times that matter, or the `error` that the page shows with the
   * `problem` of the response; `progress` has what the page showed meanwhile. Unix milliseconds.
   */
  async generates(client) {
    const { part, page } = this.#visitor;
    if (await part('another').isVisible()) await part('another').click();
    await part('professional').fill('Dra. Ana');
    await part('client').fill(client);
    await part('type').fill('first');
    const shown = await this.#recordProgress();
    this.#answers = [];
    const clicked = Date.now();
    await part('generate-link').click();
    await page.locator('[data-testid="generate"][data-state="ready"], [data-testid="generate"][data-state="failed"]').waitFor({ timeout: TIMEOUT_MS });
    const tookMs = Date.now() - clicked;
    const progress = [...new Set(await shown())];
    if (await part('failed').isVisible()) return { error: await part('failed').innerText(), problem: (await this.#answers.at(-1)?.body)?.error, tookMs, progress };
    const link = await part('consultation-url').getAttribute('href');
    return { link, ...(await this.#issued(link)), tookMs, progress };
  }

  /** The response that holds the link: when it arrived, and the time of its verification. */
  async #issued(link) {
    for (const { status, arrivedAt, body } of this.#answers) {
      const issued = await body;
      if (issued?.consultationUrl === link) return { verifiedAt: Date.parse(issued.verifiedAt), arrivedAt };
      if (status === 201) throw new Error('the page shows another link than the response holds');
    }
    throw new Error(`the page shows a link, but the responses were ${this.#answers.map(({ status }) => status)}`);
  }

  /** Records every step that the page shows while it waits, from now on. */
  async #recordProgress() {
    await this.page.evaluate(() => {
      const shown = (window.shownByPage = []);
      window.pageObserver?.disconnect();
      window.pageObserver = new MutationObserver(() => {
        const text = document.querySelector('[data-testid="awaited"]')?.textContent;
        if (text && shown.at(-1) !== text) shown.push(text);
      });
      window.pageObserver.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    return () => this.page.evaluate(() => window.shownByPage);
  }

  /** Opens the call of a link as the professional. */
  async enters(token) {
    await this.#visitor.opens(`${local}/consultations/professional/${token}`);
  }
}

export const tokenOf = (link) => new URL(link).pathname.split('/').at(-1);

/**
 * Opens the link as far as a client gets before any permission: the link is valid, and the page
 * works.
 */
export async function openAsClient(visitor, link, { seconds = 15 } = {}) {
  await visitor.opens(link);
  await visitor.sees('lobby', undefined, undefined, { seconds });
}

/** Goes through the check of name, camera and microphone into the call. */
export async function enterCall(visitor) {
  await visitor.part('your-name').fill(visitor.name);
  await visitor.part('enter').click();
  await visitor.sees('call', 'data-state', 'connected');
}
