// Calls between a professional at the desk and a client on a phone whose devices show the time.
import { takesClock } from './clock-camera.mjs';
import { enterCall, openAsClient, Professional } from './consulting.mjs';
import { links } from './links.mjs';

export const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

/** A professional who is in the call, and a client in its lobby. */
export async function lobby({ desk, phone, beeps = false }) {
  const link = await links.made();
  const [professional, client] = [await desk.visitor('Dra. Ana', { bypassCSP: true }), await phone.visitor('Bia', { bypassCSP: true })];
  for (const each of [professional, client]) {
    await takesClock(each, { beeps });
    await each.page.addInitScript(noteTimes);
  }
  await (await Professional.signsIn(professional)).enters(link.token);
  await professional.sees('lobby');
  await enterCall(professional);
  await openAsClient(client, link.consultationUrl);
  const end = async () => {
    for (const each of [client, professional]) await each.page.context().close();
    await links.revoke(link.token);
  };
  return { link, professional, client, end };
}

/** The same when both see each other. */
export async function call(places) {
  const met = await lobby(places);
  await enterCall(met.client);
  await Promise.all([met.professional, met.client].map((each) => each.seesMovingVideo(1, { frames: 1 })));
  return met;
}

/**
 * What a page noted, in milliseconds on its clock: `lobby`, `entered`, `firstFrame`, the values of `states` and `rungs`,
 * and of `others`, the number of others that it listed.
 */
export const times = (visitor) => visitor.page.evaluate(() => window.noted);

/** Waits until the call was lost and is back. */
export const comesBack = (visitor, { seconds = 30 } = {}) => visitor.page.waitForFunction(() => {
  const states = window.noted.states.map(({ value }) => value);
  return states.includes('reconnecting') && states.at(-1) === 'connected';
}, undefined, { timeout: seconds * 1_000 });

// In the page from here on.

function noteTimes() {
  const noted = (window.noted = { states: [], rungs: [], others: [] });
  const now = () => performance.now();
  const last = (list) => list.at(-1)?.value;
  const note = (list, value) => value !== undefined && last(list) !== value && list.push({ at: now(), value });
  const look = () => {
    if (document.querySelector('[data-testid="lobby"]')) noted.lobby ??= now();
    const call = document.querySelector('[data-testid="call"]');
    if (call) {
      note(noted.states, call.dataset.state);
      note(noted.rungs, call.dataset.rung);
      note(noted.others, document.querySelectorAll('[data-testid="other"]').length);
    }
    const video = document.querySelector('[data-testid="other"] video');
    if (video && !video.isAwaited) {
      video.isAwaited = true;
      video.requestVideoFrameCallback(() => (noted.firstFrame ??= now()));
    }
  };
  addEventListener('click', ({ target }) => target.closest?.('[data-testid="enter"]') && (noted.entered ??= now()), { capture: true });
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}
