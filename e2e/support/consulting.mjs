// A professional at the desk, and clients on phones: what each does in the app's own pages.
import { stack, local } from './stack.mjs';

const PATIENCE_MS = 90_000;

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

  /** With the password that `sidelink password` prints, on this machine's own address unless another is given. */
  static async signsIn(visitor, { at = local } = {}) {
    const password = (await stack.says('password')).stdout.trim();
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

  /** After the app was away. */
  async comesBack() {
    await this.#visitor.opens(`${local}/consultations`);
    await this.#visitor.sees('consultations');
  }

  /**
   * "Gerar Link": a link with the times that count, or the words in which it ended; `prepared` is what was said on the
   * way. Unix milliseconds.
   */
  async generates(client) {
    const { part, page } = this.#visitor;
    if (await part('another').isVisible()) await part('another').click();
    await part('professional').fill('Dra. Ana');
    await part('client').fill(client);
    await part('type').fill('first');
    const said = await this.#hears();
    this.#answers = [];
    const clicked = Date.now();
    await part('generate-link').click();
    await page.locator('[data-testid="generate"][data-state="ready"], [data-testid="generate"][data-state="failed"]').waitFor({ timeout: PATIENCE_MS });
    const tookMs = Date.now() - clicked;
    const prepared = [...new Set(await said())];
    if (await part('failed').isVisible()) return { words: await part('failed').innerText(), tookMs, prepared };
    const link = await part('consultation-url').getAttribute('href');
    return { link, ...(await this.#given(link)), tookMs, prepared };
  }

  /** The answer that holds the link: when it came, and of when its proof is. */
  async #given(link) {
    for (const { status, arrivedAt, body } of this.#answers) {
      const given = await body;
      if (given?.consultationUrl === link) return { verifiedAt: Date.parse(given.verifiedAt), arrivedAt };
      if (status === 201) throw new Error('the page shows another link than it was given');
    }
    throw new Error(`the page shows a link, and was answered ${this.#answers.map(({ status }) => status)}`);
  }

  /** Everything that the page says it waits for, from now on. */
  async #hears() {
    await this.page.evaluate(() => {
      const said = (window.saidByPage = []);
      window.listensToPage?.disconnect();
      window.listensToPage = new MutationObserver(() => {
        const text = document.querySelector('[data-testid="awaited"]')?.textContent;
        if (text && said.at(-1) !== text) said.push(text);
      });
      window.listensToPage.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    return () => this.page.evaluate(() => window.saidByPage);
  }

  /** Into the call of the link that was just made. */
  async enters(token) {
    await this.#visitor.opens(`${local}/consultations/professional/${token}`);
  }
}

export const tokenOf = (link) => new URL(link).pathname.split('/').at(-1);

/** By the link, as far as anybody comes who has not said yes to anything: the link is good, and the page works. */
export async function opensAsClient(visitor, link, { seconds = 15 } = {}) {
  await visitor.opens(link);
  await visitor.sees('lobby', undefined, undefined, { seconds });
}

/** Through the check of name, camera and microphone into the call. */
export async function entersCall(visitor) {
  await visitor.part('your-name').fill(visitor.name);
  await visitor.part('enter').click();
  await visitor.sees('call', 'data-state', 'connected');
}
