// The public link, while it may be handed out; else why not.
import { proveButton } from './actions.js';
import { byId, copyButton, icon, live, make, redrawn } from './dom.js';
import { span, t, told } from './language.js';
import { linkWorks, withoutSeconds } from './reading.js';

export function showLink(status, now) {
  const works = linkWorks(status);
  const why = status.awaiting ? withoutSeconds(told(status.awaiting)) : null;
  const of = [works, status.publicUrl, status.suspended, works ? null : why];
  redrawn(byId('link'), of, () => {
    if (works) return shown(status.publicUrl);
    return status.suspended ? make('p', { class: 'quiet' }, t.linkSuspended) : hidden(status.publicUrl, why);
  });
  const age = byId('proof-age');
  if (age) live(age, () => ageText(status, works, now()));
}

function shown(url) {
  const host = url.replace(/^https?:\/\//, '');
  return make('div', { class: 'link-shown' },
    make('div', { class: 'link-main' },
      make('p', { class: 'url' }, make('a', { href: safe(url), target: '_blank', rel: 'noreferrer noopener', id: 'public-url' },
        breakable(host), make('span', { class: 'unseen' }, ` ${t.newTab}`))),
      make('div', { class: 'actions' },
        copyButton(url, { primary: true, label: t.copyLink }),
        make('a', { class: 'button', href: safe(url), target: '_blank', rel: 'noreferrer noopener', 'aria-label': `${t.openLink} ${t.newTab}` }, icon('open'), t.open)),
      make('div', { class: 'proof' }, make('p', { class: 'quiet', id: 'proof-age' }), proveButton())),
    // The query is for the browser alone: another link is another picture.
    make('img', { class: 'qr', src: `qr.svg?of=${encodeURIComponent(host)}`, alt: t.qrAlt, width: 176, height: 176 }));
}

function hidden(url, why) {
  return [
    url && make('p', { class: 'url last' }, make('span', { class: 'quiet' }, t.linkLast), ' ', breakable(url.replace(/^https?:\/\//, ''))),
    make('p', {}, url ? t.linkBroken : t.linkHidden),
    why && make('p', { class: 'quiet' }, t.now(why)),
    url && make('div', { class: 'proof' }, make('p', { class: 'quiet', id: 'proof-age' }), proveButton()),
  ];
}

function ageText(status, works, now) {
  if (!status.verifiedAt) return t.neverProven;
  const age = now - Date.parse(status.verifiedAt);
  if (!works) return t.wasProvenAgo(span(age));
  return age < 1_500 ? t.provenNow : t.provenAgo(span(age));
}

/** Only addresses of pages: never a `javascript:` that came as data. */
const safe = (url) => (/^https?:\/\//.test(url) ? url : null);

/** A long name breaks after its dots and hyphens rather than anywhere. */
function breakable(host) {
  return host.split(/(?<=[-.])/).flatMap((piece) => [piece, document.createElement('wbr')]);
}
