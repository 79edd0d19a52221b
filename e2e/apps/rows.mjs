// The matrix: each row is an app or a set-up, the diagnosis that Sidelink has to report, and what a
// visitor gets.
//
//   name, what       for the report: the app behind the public URL
//   app              its service, as in compose.override.yaml
//   verdict          ready; limited (handed out, with a sentence); broken (never ready)
//   reports          what the diagnosis of the app has to name; `observes`: what the check observed; `warns`: a notice at a working app
//   phone            what the phone's Chromium gets: status, text (shows), the path where it ends (at), or a network error
//   cold             the app starts before the tunnel, as at the first `docker compose up`
//   seconds          until the verdict, where that takes longer than usual
//   slice            the row is part of every run of the tests
import { development } from './rows/development.mjs';
import { frameworks } from './rows/frameworks.mjs';
import { manners } from './rows/manners.mjs';

export const THEMES = { Frameworks: frameworks, 'Development servers': development, 'Any app': manners };
export const rows = Object.values(THEMES).flat();
