// The dashboard: each status document updates every part of the page, and a timer updates the ages each second.
import { SIGNED_OUT, logOut } from './actions.js';
import { byId, command, redrawn, sentence, tick } from './dom.js';
import { Follower } from './follow.js';
import { capital, messageOf, preferred, remember, setLanguage } from './language.js';
import { showActivity } from './activity.js';
import { showConnections, startConnections } from './connections.js';
import { showLink } from './link.js';
import { showPath } from './path.js';
import { showPhone } from './phone.js';
import { showServices } from './services.js';
import { showTunnel } from './tunnel.js';
import { showLost, showSignedOut, showVerdict } from './verdict.js';

const SIGN_IN = 'docker compose exec sidecar sidelink dashboard';

/** The latest document, and the state of the connection to the sidecar. */
let status = null;
let standing = { kind: 'connecting' };

const follower = new Follower((happened) => {
  // After signing out, a reload removes all data from the screen and from the page.
  if (happened.kind === 'signedOut' && status) return location.reload();
  standing = happened;
  if (happened.kind === 'status') status = happened.status;
  show();
});
const now = () => follower.now();

function show() {
  const signedOut = standing.kind === 'signedOut';
  byId('signed-out').hidden = !signedOut;
  byId('logout').hidden = standing.kind !== 'status';
  byId('panels').hidden = !status;
  document.body.dataset.standing = standing.kind;
  if (status) showStatus();
  showConnections(standing.kind === 'status');
  if (signedOut) {
    showSignedOut();
    redrawn(byId('signed-out-command'), SIGN_IN, () => command(SIGN_IN));
  }
  if (standing.kind === 'lost') showLost(standing.since, Boolean(status), now, () => follower.again());
}

function showStatus() {
  if (standing.kind === 'status') showVerdict(status, now);
  notice('announcement', status.announcement ? messageOf(status.announcement) : null);
  notice('notices', (status.notices ?? []).map((each) => `${capital(messageOf(each))}.`).join(' ') || null);
  notice('config-error', status.configError && status.phase !== 'failed' ? `config/sidelink.yaml: ${status.configError}` : null);
  showLink(status, now);
  showPhone(status, now);
  showPath(status, now);
  showServices(status, now);
  showTunnel(status);
  showActivity(status);
}

function notice(id, words) {
  byId(id).hidden = !words;
  redrawn(byId(id), words, () => (words ? sentence(capital(words)) : []));
}

function switchTo(language) {
  setLanguage(language);
  show();
}

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    remember(button.dataset.language);
    switchTo(button.dataset.language);
  });
}
byId('logout').addEventListener('click', async () => {
  await logOut();
  follower.again();
});
addEventListener(SIGNED_OUT, () => follower.again());
startConnections(now);
switchTo(preferred());
setInterval(tick, 1_000);
