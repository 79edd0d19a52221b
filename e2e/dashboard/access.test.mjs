// Accessibility of the dashboard: keyboard, contrast, small screens, screen readers.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { calls } from './calls.mjs';
import { scenes } from './scenes.mjs';
import { DESK, PHONE, Screens, complaints, overflows } from './screen.mjs';
import { Sidecar } from './sidecar.mjs';

let screens, sidecar, page;

before(async () => (screens = await Screens.open()));
after(() => screens?.close());
beforeEach(async () => (sidecar = await Sidecar.listening()));
afterEach(async () => {
  await page?.context().close();
  await sidecar.stops();
});

async function shows(scene, options) {
  sidecar.signedIn = scene !== 'signedOut';
  sidecar.shows((scenes[scene] ?? scenes.ready)());
  page = await screens.shows(sidecar, options);
}

const LOOKS = [['light', 'en-US', DESK], ['dark', 'pt-BR', PHONE]];
for (const scene of [...Object.keys(scenes), 'signedOut']) {
  test(`${scene}: axe-core finds no violation, in light and dark, and nothing is wider than a phone`, async () => {
    for (const [colorScheme, locale, viewport] of LOOKS) {
      await shows(scene, { colorScheme, locale, viewport });
      assert.deepEqual(await complaints(page), []);
      if (viewport === PHONE) {
        assert.deepEqual(await page.evaluate(overlapping), []);
        assert.deepEqual(await overflows(page), []);
      }
      await page.context().close();
    }
  });
}

test('selected details, questions and a lost connection are accessible too', async () => {
  await shows('degraded', { colorScheme: 'dark' });
  await page.getByRole('button', { name: /^LiveKit\s?: broken$/ }).focus();
  assert.deepEqual(await complaints(page), []);
  await page.getByRole('button', { name: 'Restart redis' }).click();
  assert.deepEqual(await complaints(page), []);
  await page.keyboard.press('Escape');
  await sidecar.stops();
  await page.locator('[data-standing="lost"]').waitFor();
  assert.deepEqual(await complaints(page), []);
  await sidecar.starts();
});

for (const [colorScheme, locale, viewport] of [...LOOKS, ['dark', 'en-US', DESK]]) {
  test(`open connections are accessible in ${colorScheme} at ${viewport.width} px, and an update moves no focus`, async () => {
    sidecar.connections.body = calls.two();
    await shows('ready', { colorScheme, locale, viewport });
    const toggle = page.locator('#connections-toggle');
    await toggle.click();
    await page.locator('.participant').first().waitFor();
    sidecar.connections.body = calls.mixed();
    await page.getByRole('heading', { name: 'Lia' }).waitFor();
    assert.ok(await toggle.evaluate((node) => node === document.activeElement));
    assert.deepEqual(await complaints(page), []);
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
    if (viewport === PHONE) assert.deepEqual(await overflows(page), []);
  });
}

test('the keyboard reaches every control once, in the order of the page, and leaves the page', async () => {
  await shows('degraded');
  await page.locator('#activity-more').waitFor();
  const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href], button, summary, select, [tabindex="0"]')]
    .filter((node) => node.checkVisibility() && !node.closest('dialog')).length);
  const reached = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(focused);
    if (!focus) break;
    assert.ok(focus.outlined, `${focus.name} shows its focus`);
    assert.ok(focus.inSight, `${focus.name} is in sight`);
    reached.push(focus);
    assert.ok(reached.length <= wanted, 'no trap');
  }
  assert.equal(reached.length, wanted);
  assert.equal(reached[0].name, 'Skip to the verdict');
  assert.deepEqual(reached.map(({ place }) => place), reached.map(({ place }) => place).sort((a, b) => a - b));
});

test('the skip link leads to the verdict, and a dialog takes and returns the focus', async () => {
  await shows('degraded');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal((await page.evaluate(focused)).name, 'Copy docker compose logs livekit');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Restart livekit?' });
  await dialog.waitFor();
  assert.equal((await page.evaluate(focused)).name, 'Cancel', 'Enter alone restarts nothing');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal((await page.evaluate(focused)).name, 'Restart livekit');
});

test('a screen reader announces the verdict only, once for each change', async () => {
  await shows('preparing');
  assert.equal(await page.locator('[aria-live], [role="status"], [role="alert"], [role="log"]').count(), 1);
  await page.evaluate(() => {
    window.spoken = [];
    const live = document.querySelector('[role="status"]');
    new MutationObserver(() => window.spoken.push(live.textContent)).observe(live, { subtree: true, childList: true, characterData: true });
  });
  const seconds = () => page.locator('#verdict-detail').textContent();
  const before = await seconds();
  await page.waitForFunction((text) => document.getElementById('verdict-detail').textContent !== text, before);
  sidecar.shows(scenes.preparing());
  sidecar.shows(scenes.ready());
  await page.locator('#verdict-title', { hasText: 'The link works' }).waitFor();
  assert.deepEqual(await page.evaluate(() => window.spoken), ['The link works']);
});

test('every state has its own shape', async () => {
  await shows('twoTunnels');
  const shapes = await page.evaluate(() => ['ok', 'waiting', 'limited', 'broken', 'suspended', 'unknown']
    .map((state) => document.getElementById(`icon-${state}`).innerHTML));
  assert.equal(new Set(shapes).size, shapes.length);
  await shows('degraded');
  const drawn = await page.locator('#lights use').evaluateAll((uses) => uses.map((use) => use.getAttribute('href')));
  assert.deepEqual([...new Set(drawn)].sort(), ['#icon-broken', '#icon-ok', '#icon-waiting']);
});

test('with reduced motion nothing is animated', async () => {
  const moving = () => page.evaluate(() => document.getAnimations().length);
  await shows('preparing');
  assert.equal(await moving(), 0);
  await page.context().close();
  await shows('preparing', { reducedMotion: 'no-preference' });
  assert.ok((await moving()) > 0);
});

// Everything below runs in the page.

function focused() {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const box = node.getBoundingClientRect();
  const style = getComputedStyle(node);
  return {
    name: node.getAttribute('aria-label') ?? node.textContent.trim(),
    place: [...document.querySelectorAll('*')].indexOf(node),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inSight: box.width > 0 && box.top >= 0 && box.bottom <= innerHeight,
  };
}

/** The pairs of neighbours in the page's header that overlap. */
function overlapping() {
  const parts = [...document.querySelectorAll('.top > *')].filter((node) => node.checkVisibility());
  const range = document.createRange();
  const boxes = parts.map((node) => {
    range.selectNodeContents(node);
    return node.matches('h1') ? { right: node.firstChild && textRight(node.firstChild), left: node.getBoundingClientRect().left } : node.getBoundingClientRect();
  });
  function textRight(text) {
    range.selectNode(text);
    return range.getBoundingClientRect().right;
  }
  return boxes.slice(1).flatMap((box, at) => (box.left < boxes[at].right - 3 ? [`${parts[at].className || 'h1'} and ${parts[at + 1].className}`] : []));
}
