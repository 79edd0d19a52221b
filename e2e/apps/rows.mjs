// The matrix: each row is an app or a set-up, what Sidelink has to say of it, and what a visitor gets.
//
//   name, what       for the report: what somebody put behind the public URL
//   app              its service, as in compose.override.yaml
//   verdict          ready; limited (handed out, with a sentence); broken (never ready)
//   tells            what the diagnosis of the app has to name; `sees`: what the check observed; `warns`: a notice at a working app
//   phone            what the phone's Chromium gets: status, text (shows), the path where it ends (at), or a network error
//   cold             it is there before the tunnel is, as at the first `docker compose up`
//   seconds          until it is decided, where that takes longer than usual
//   slice            one of those that every run of the tests tries
import { development } from './rows/development.mjs';
import { frameworks } from './rows/frameworks.mjs';
import { manners } from './rows/manners.mjs';

export const THEMES = { Frameworks: frameworks, 'Development servers': development, 'Any app': manners };
export const rows = Object.values(THEMES).flat();
