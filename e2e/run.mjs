// The entry point of the end-to-end tests: the groups of suites, their order, what each needs and
// when it runs.
//
//   node e2e/run.mjs                          the group `stack`, as `npm test` does
//   node e2e/run.mjs dashboard stack          some groups, one after the other; the first that fails ends the run
//   node e2e/run.mjs stack/links.test.mjs     some suites, in the order given
//   node e2e/run.mjs --list                   every group and suite, with what it needs and when it runs
//
// A suite belongs to one group. Suites run one after the other, because there is one stack; a group
// that needs none may run its suites side by side. `node --test` sorts its arguments by name, so
// the order is kept here through `run()`.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const NOT_OURS = ['node_modules', 'images'];

/**
 * Every suite leaves the stack ready. The comments name those that change more than the next suite
 * expects.
 */
const STACK = [
  'first-start', // removes the stack with its volumes, and brings it up with HOST_IP set
  'public-url',
  'tunnel-restart', // from here on the public URL is another one
  'healing',
  'user-stops',
  'kill-detection',
  'livekit-first', // takes the stack down
  'config-reload',
  'engine-restart', // restarts the Docker engine
  'secrets', // searches the logs and volumes of all that ran before it, so faults come first
  'long-poll',
  'shutdown',
  'commands',
  'verification', // from here on suites switch faults of the test internet on, and off again
  'repeated-starts', // removes the stack with its volumes, several times
  'verification-under-load',
  'disconnected-page',
  'exposure', // takes the stack down
  'fault-sample',
  'other-tunnels', // from here on suites run other Compose files, and go back to the plain ones
  'services-on-host', // this machine's ports 7880, 7871, 7872/udp and 3456 have to be free
  'on-demand',
  'doctor-and-dashboard',
  'links',
  'link-creation',
  'call-migration',
  'any-app',
  'processor', // builds the example's image
  'address-announcement',
  'phone-check',
  'app-matrix', // puts other apps into the app's place, and builds their images
  'pasted-sample',
  'cached-pages',
  'host-ip',
  'lan-address', // unsets HOST_IP, adds a route to this machine for a while, and sets HOST_IP again
  'videos', // builds the publisher's image, and goes back to the plain files
  'lan-page', // runs with compose/lan.yaml, and goes back to the plain files
  'media-relay', // builds the relay's images, takes the phone out of its Wi-Fi, and goes back to the plain files
  'paths-lost', // the same, and stops the bridge
  'media-over-tunnel', // sets HOST_IP to loopback, and back
  'slow-lines', // the same
  'tunnel-faults', // the same
  'older-browsers',
];

const EVERY_TIME = 'every time';
const IMAGES = "the engine and this repository's images";
const HOLES = "root, iproute2, iptables, client/ installed, LiveKit's, the sidecar's and the browser's image";
const THE_STACK = 'the stack, which it brings up where it is not ready';

/**
 * In the order in which scripts/test runs them, cheapest first. `env` has settings of a group,
 * which a setting of the caller overrides. `again` marks suites that another group runs, too.
 */
const GROUPS = [
  { name: 'compose-files', files: ['compose/files'], needs: 'Docker Compose', when: EVERY_TIME, by: 'scripts/test style' },
  {
    name: 'rules', needs: IMAGES, when: EVERY_TIME, by: 'scripts/test rules', sideBySide: true,
    files: [
      'apps/report', 'compose/dockerfiles', 'compose/images', 'compose/published', 'promises/every-variant', 'promises/plain-words', 'promises/repository', 'rules/docker-proxy', 'rules/gateway', 'rules/gateway-changes-nothing',
      'rules/gateway-answers', 'rules/gateway-visitors', 'rules/preparing',
    ],
  },
  { name: 'app', files: ['app/call', 'app/consultations', 'app/looks'], needs: `${IMAGES}, app/ built`, when: EVERY_TIME, by: 'scripts/test e2e' },
  {
    name: 'dashboard', files: ['dashboard/access', 'dashboard/connections', 'dashboard/dashboard', 'dashboard/participants', 'dashboard/phone', 'dashboard/reading'], needs: "the browser's image",
    when: EVERY_TIME, by: 'scripts/test e2e',
  },
  { name: 'stack', files: STACK.map((suite) => `stack/${suite}`), needs: `${THE_STACK}; wrk`, when: EVERY_TIME, by: 'scripts/test e2e' },
  { name: 'load', files: ['load/floods', 'load/strangers', 'load/viewers'], needs: THE_STACK, when: EVERY_TIME, by: 'scripts/test e2e' },
  { name: 'promises', files: ['promises/setup', 'promises/running-stack', 'promises/browser'], needs: THE_STACK, when: EVERY_TIME, by: 'scripts/test e2e' },
  { name: 'holes', files: ['holes/holes'], needs: HOLES, when: EVERY_TIME, by: 'scripts/test e2e' },

  { name: 'slow-compose', files: ['compose/init-refusals', 'compose/two-clones', 'compose/existing-project', 'compose/pin'], needs: IMAGES, when: 'long', by: 'scripts/slow compose' },
  { name: 'slow-browsers', files: ['stack/other-browsers'], needs: `${THE_STACK}; the image of Firefox and WebKitGTK`, when: 'long', by: 'scripts/slow browsers' },
  long('starts', ['stack/repeated-starts'], { E2E_STARTS: 100 }),
  long('load', ['stack/verification-under-load', 'load/viewers'], { E2E_VERIFICATIONS: 500, E2E_CALLS: 10, E2E_BREAKS: 'all', E2E_LOAD_SECONDS: 300, E2E_JOINS: 200 }),
  long('variants', ['stack/other-tunnels', 'stack/on-demand'], { E2E_VARIANTS: 'all' }),
  long('clicks', ['stack/link-creation'], { E2E_CLICKS: 200, E2E_WAKES: 20 }),
  long('calls', ['stack/call-migration', 'stack/media-over-tunnel'], { E2E_OUTAGE_SECONDS: 90, E2E_TUNNEL_CALLS: 10 }),
  { ...long('timings', ['stack/call-timings'], { E2E_TIMINGS: 20 }), again: false },
  long('lines', ['stack/slow-lines'], { E2E_LINES: 'all' }),
  { ...long('looks', ['app/looks'], { E2E_LOOKS: 'all' }), needs: `${IMAGES}, app/ built` },
  long('apps', ['stack/app-matrix'], { E2E_APPS: 'all' }),
  { ...long('holes', ['holes/holes'], { E2E_HOLES: 'all' }), needs: HOLES },
  long('floods', ['load/floods', 'load/strangers'], { E2E_FORGED: 20000 }),

  { name: 'faults', files: ['faults/faults'], needs: THE_STACK, when: 'faults', by: 'scripts/faults link tunnel services engine' },
  { name: 'faults-livekit', files: ['faults/livekit'], needs: THE_STACK, when: 'faults', by: 'scripts/faults livekit' },
];

/** Suites of another group with settings that take too long for every run. */
function long(part, files, env) {
  return { name: `slow-${part}`, files, env, needs: THE_STACK, when: 'long', by: `scripts/slow ${part}`, again: true };
}

const pathOf = (suite) => join(HERE, `${suite}.test.mjs`);

function everySuite(folder = HERE) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : everySuite(path);
    return entry.name.endsWith('.test.mjs') ? [path] : [];
  });
}

/** A suite that no group names would never run. */
function check() {
  const named = GROUPS.filter(({ again }) => !again).flatMap(({ files }) => files.map(pathOf));
  const suites = everySuite();
  const wrong = [
    ...suites.filter((path) => !named.includes(path)).map((path) => `${relative(HERE, path)} is in no group`),
    ...named.filter((path, at) => named.indexOf(path) !== at).map((path) => `${relative(HERE, path)} is in two groups`),
    ...GROUPS.flatMap(({ files }) => files.map(pathOf)).filter((path) => !suites.includes(path)).map((path) => `${relative(HERE, path)} does not exist`),
  ];
  if (wrong.length) throw new Error(`e2e/run.mjs: ${wrong.join(', ')}`);
}

function list() {
  const titles = {
    [EVERY_TIME]: 'Every time', long: 'scripts/slow: about an hour and a half', faults: 'scripts/faults: about half an hour, writes docs/faults.md',
  };
  for (const [when, title] of Object.entries(titles)) {
    console.log(`${title}\n`);
    for (const { name, files, needs, by, env = {} } of GROUPS.filter((group) => group.when === when)) {
      console.log(`  ${name}  (${by}; needs ${needs})`);
      const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`).join(' ');
      for (const file of files) console.log(`    ${[file, settings].filter(Boolean).join('  ')}`);
    }
    console.log('');
  }
  console.log('scripts/bench measures the sidecar beside nginx, scripts/slow phones the bridge; both run no suite. scripts/test names the steps that are not end to end.');
}

/** What the arguments ask for, as groups; file names that follow each other are one group. */
function chosen(args) {
  const groups = [];
  for (const arg of args) {
    const group = GROUPS.find(({ name }) => name === arg);
    if (group) {
      groups.push({ ...group, paths: group.files.map(pathOf) });
      continue;
    }
    const path = [resolve(arg), join(HERE, arg)].find((each) => each.endsWith('.test.mjs') && existsSync(each));
    if (!path) {
      console.error(`e2e/run.mjs: ${arg} is neither a group nor a suite.\nGroups: ${GROUPS.map(({ name }) => name).join(' ')}`);
      process.exit(64);
    }
    if (!groups.length || groups.at(-1).name) groups.push({ paths: [] });
    groups.at(-1).paths.push(path);
  }
  return groups;
}

/** Whether every test of the group has passed. */
function passes({ paths, env = {}, sideBySide = false }) {
  const settings = Object.entries(env).filter(([key]) => !process.env[key]);
  for (const [key, value] of settings) process.env[key] = String(value);
  return new Promise((done) => {
    let failed = false;
    const concurrency = sideBySide ? Math.max(availableParallelism() - 1, 1) : 1;
    const report = run({ files: paths, concurrency }).on('test:fail', () => (failed = true)).compose(new spec());
    report.pipe(process.stdout, { end: false });
    report.on('end', () => {
      for (const [key] of settings) delete process.env[key];
      done(!failed);
    });
  });
}

check();
const args = process.argv.slice(2);
if (args.includes('--list')) list();
else {
  const groups = chosen(args.length ? args : ['stack']);
  process.chdir(HERE); // E2E_SHOTS is relative to it
  for (const [at, group] of groups.entries()) {
    if (group.name && groups.length > 1) console.log(`── ${group.name} (${at + 1} of ${groups.length})`);
    if (await passes(group)) continue;
    process.exitCode = 1;
    break;
  }
}
