// The public URL while it may be shown, or else the reason.
import { verifyButton } from './actions.js';
import { byId, copyButton, icon, live, make, redrawn } from './dom.js';
import { messageOf, span, t } from './language.js';
import { linkWorks, withoutSeconds } from './reading.js';

export function showLink(status, now) {
  const works = linkWorks(status);
  const why = status.awaiting ? withoutSeconds(messageOf(status.awaiting)) : null;
  const of = [works, status.publicUrl, status.suspended, works ? null : why];
  redrawn(byId('link'), of, () => {
    if (works) return shown(status.publicUrl);
    return status.suspended ? make('p', { class: 'quiet' }, t.linkSuspended) : hidden(status.publicUrl, why);
  });
  const age = byId('verification-age');
  if (age) live(age, () => ageText(status, works, now()));
}

function shown(url) {
  const host = url.replace(/^https?:\/\//, '');
  return make('div', { class: 'link-shown' },
    make('div', { class: 'link-main' },
      make('p', { class: 'url' }, make('a', { href: safe(url), target: '_blank', rel: 'noreferrer noopener', id: 'public-url' },
        breakable(host), make('span', { class: 'visually-hidden' }, ` ${t.newTab}`))),
      make('div', { class: 'actions' },
        copyButton(url, { primary: true, label: t.copyLink }),
        make('a', { class: 'button', href: safe(url), target: '_blank', rel: 'noreferrer noopener', 'aria-label': `${t.openLink} ${t.newTab}` }, icon('open'), t.open)),
      make('div', { class: 'verification' }, make('p', { class: 'quiet', id: 'verification-age' }), verifyButton())),
    // The query makes the browser load a new picture for a new address.
    make('img', { class: 'qr', src: `qr.svg?of=${encodeURIComponent(host)}`, alt: t.qrAlt, width: 176, height: 176 }));
}

function hidden(url, why) {
  return [
    url && make('p', { class: 'url last' }, make('span', { class: 'quiet' }, t.linkLast), ' ', breakable(url.replace(/^https?:\/\//, ''))),
    make('p', {}, url ? t.linkBroken : t.linkHidden),
    why && make('p', { class: 'quiet' }, t.now(why)),
    url && make('div', { class: 'verification' }, make('p', { class: 'quiet', id: 'verification-age' }), verifyButton()),
  ];
}

function ageText(status, works, now) {
  if (!status.verifiedAt) return t.neverVerified;
  const age = now - Date.parse(status.verifiedAt);
  if (!works) return t.lastVerifiedAgo(span(age));
  return age < 1_500 ? t.verifiedNow : t.verifiedAgo(span(age));
}

/** Returns null for anything but http and https, so that data cannot inject a `javascript:` address. */
const safe = (url) => (/^https?:\/\//.test(url) ? url : null);

/** Lets a long name break after its dots and hyphens. */
function breakable(host) {
  return host.split(/(?<=[-.])/).flatMap((piece) => [piece, document.createElement('wbr')]);
}
