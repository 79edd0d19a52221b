// The check on a real phone: its link, and the latest report of a phone.
import { actionButton, request } from './actions.js';
import { showBetterVideo } from './better-video.js';
import { byId, copyButton, icon, live, make, redrawn } from './dom.js';
import { messageOf, span, t } from './language.js';
import { linkWorks, phoneVerdict, withoutSeconds } from './reading.js';

/** How long one press of the button waits for the link. */
const MAX_WAIT_MS = 120_000;

/** The link of the latest check: `{ url, qr, expiresAt }`, times in milliseconds. */
let check = null;
/** What the sidecar waits for before it creates one. */
let waitingFor = null;
let latest = null;
let timer;

export function showPhone(status, now) {
  latest = { status, now };
  showReport(status.phone ?? null, now);
  redrawn(byId('phone-ask'), null, checkButton);
  showBetterVideo(phoneVerdict(status.phone ?? null).kind !== 'anyPhone');
  const running = check && check.expiresAt > now() && linkWorks(status) && isUnder(status.publicUrl) ? check : null;
  const words = waitingFor ? withoutSeconds(messageOf(waitingFor)) : null;
  redrawn(byId('phone-check'), [running, words], () => [
    words && make('p', { class: 'quiet' }, t.now(words)),
    running && shown(running),
  ]);
  const left = byId('phone-left');
  if (running && left) live(left, () => t.checkLeft(span(running.expiresAt - now())));
}

/** Whether the check's link is under the current public URL. */
const isUnder = (publicUrl) => new URL(check.url).host === new URL(publicUrl).host;

const again = () => latest && showPhone(latest.status, latest.now);

function showReport(report, now) {
  const { kind, tone } = phoneVerdict(report);
  redrawn(byId('phone-report'), [kind, report?.device], () => make('p', { class: 'phone-report', 'data-state': tone },
    icon(tone, 'icon state'), make('span', { id: 'phone-words' })));
  live(byId('phone-words'), () => {
    if (!report) return t.phone.untried;
    const who = t.phone.device[report.device] ?? t.phone.device.unknown;
    return t.phone[kind](who, span(now() - Date.parse(report.at)));
  });
}

function checkButton() {
  return make('div', { class: 'actions' }, actionButton({ label: t.checkPhone, busy: t.checkPreparing, drawing: 'again', perform: prepare }));
}

/** Repeats the request until there is a link, a refusal, or a timeout. Returns the refusal, or null. */
async function prepare() {
  const until = Date.now() + MAX_WAIT_MS;
  check = null;
  try {
    while (Date.now() < until) {
      const { status, body, refused } = await request('phone-check?wait=25s');
      if (status === 201) return shows(body);
      if (status !== 202) return refused ?? null;
      waitingFor = body.waitingFor;
      again();
      await new Promise((resolve) => setTimeout(resolve, (body.retryAfter ?? 1) * 1000));
    }
    return t.checkTooLong;
  } finally {
    waitingFor = null;
    again();
  }
}

function shows({ consultationUrl, qr, expiresAt }) {
  check = { url: consultationUrl, qr, expiresAt: Date.parse(expiresAt) };
  clearTimeout(timer);
  timer = setTimeout(again, check.expiresAt - latest.now());
  return null;
}

function shown({ url, qr }) {
  return make('div', { class: 'phone-shown' },
    make('div', {},
      make('p', {}, t.checkHow),
      make('p', { class: 'quiet', id: 'phone-left' }),
      make('div', { class: 'actions' }, copyButton(url, { label: t.copyCheck }))),
    // Scripts inside an image do not run.
    make('img', { class: 'qr', src: `data:image/svg+xml,${encodeURIComponent(qr)}`, alt: t.checkQrAlt, width: 176, height: 176 }));
}
