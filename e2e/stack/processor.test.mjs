// examples/processor in a real call: it publishes a page's camera once more, with a box around what
// moves, and connections are counted accordingly.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser } from '../support/browser.mjs';
import { delays, share, watched, watches } from '../support/clock-camera.mjs';
import { links } from '../support/links.mjs';
import { sleep } from '../support/measured-calls.mjs';
import { repository, run } from '../support/process.mjs';
import { participant, publishes } from '../support/shared-video.mjs';
import { compose, container, docker, local, stack } from '../support/stack.mjs';

const FILES = 'compose.yaml:examples/processor/compose.yaml:stand-ins/compose.yaml';
const IMAGE = 'sidelink/example-processor:0.1.0';
const ROOM = 'processed';
const SECONDS = 10;
const TICKS = 100; // of CPU time, each second

let desk, camera, viewer, client;

before(async () => {
  await compose(['build', '--quiet', 'processor'], { env: { COMPOSE_FILE: FILES } });
  await stack.isReady();
  await stack.switchTo({ files: FILES, settings: { PROCESSOR_ROOM: ROOM } });
  await stack.status(({ phase }) => phase === 'ready', { seconds: 120 });
  desk = await localBrowser();
  [camera, viewer] = [await participant(desk, 'camera'), await participant(desk, 'viewer')];
}, { timeout: 600_000 });
after(async () => {
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

/** Where a participant joins, and its identity. */
async function place(identity) {
  const { status, text, body } = await links.livekitToken({ room: ROOM, identity });
  assert.equal(status, 200, text);
  return { url: local.replace('http', 'ws'), token: body.token, identity: body.identity };
}

/** Waits until the sidecar counts this. */
async function counts(expected) {
  const began = Date.now();
  for (;;) {
    const stats = await stack.connections().catch(() => null); // LiveKit may be restarting
    const row = stats?.clients.find(({ client_id: id }) => id === client);
    const { shared_video_tracks: shared, shared_processed_tracks: processed } = stats?.shared_tracks ?? {};
    const counted = { detector: stats?.detector_loaded, shared, processed, hasProcessed: row?.has_processed_track };
    if (Object.entries(expected).every(([name, value]) => counted[name] === value)) return;
    if (Date.now() - began > 60_000) assert.fail(`${JSON.stringify(counted)}, not ${JSON.stringify(expected)}`);
    await sleep(0.5);
  }
}

/** CPU time of the processor, seconds: user and system. */
async function cpuTime() {
  const fields = (await docker('exec', container('processor'), 'cat', '/proc/1/stat')).split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Share of the shown picture that has the box's green, percent. */
const greenShare = (visitor) => visitor.page.evaluate(() => {
  const video = document.querySelector('[data-testid="tile-video"]');
  const canvas = Object.assign(document.createElement('canvas'), { width: video.videoWidth, height: video.videoHeight });
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let green = 0;
  for (let at = 0; at < data.length; at += 4) green += data[at] < 50 && data[at + 1] > 200 && data[at + 2] < 50; // the camera's picture has none
  return (100 * green) / (data.length / 4);
});

/** Joins, and shows the video of this name only, while there is one. */
const shows = (visitor, name, where) => visitor.page.evaluate(async ({ url, token, name }) => {
  const { Room, RoomEvent } = window.LivekitClient;
  const room = (window.room = new Room());
  const remove = () => document.querySelector('[data-testid="tile-video"]')?.remove();
  room.on(RoomEvent.TrackSubscribed, (track, { trackName }) => {
    if (trackName !== name) return;
    remove(); // one of a room that LiveKit has forgotten
    const video = Object.assign(track.attach(), { muted: true });
    Object.assign(video.dataset, { testid: 'tile-video', local: 'false' });
    document.body.append(video);
  });
  room.on(RoomEvent.TrackUnsubscribed, (_, { trackName }) => trackName === name && remove());
  await room.connect(url, token);
}, { ...where, name });

test('the detector finds what has moved', { timeout: 60_000 }, async () => {
  const tests = `${repository}examples/processor:/tests:ro`;
  const { stderr } = await run('docker', ['run', '--rm', '--network', 'none', '--read-only', '--volume', tests, '--workdir', '/tests', IMAGE, 'python3', '-m', 'unittest']);
  assert.match(stderr, /^OK$/m);
});

test('without a camera it is a detector that has nothing to process', { timeout: 120_000 }, async () => {
  await counts({ detector: true, shared: 0, processed: 0 });
});

test('a camera is published once more with a box, and counted', { timeout: 180_000 }, async (t) => {
  const [from, to] = [await place('camera'), await place('viewer')];
  client = from.identity;
  await publishes(camera, from);
  const began = Date.now();
  await shows(viewer, `processed:${client}`, to);
  await viewer.seesMovingVideo(1);
  t.diagnostic(`the processed video moves ${Date.now() - began} ms after the viewer began to join`);
  assert.ok((await greenShare(viewer)) > 0.5, 'no box');
  await counts({ detector: true, shared: 1, processed: 1, hasProcessed: true });
  const { clients } = await stack.connections();
  const others = clients.filter(({ client_id: id }) => id !== client);
  assert.deepEqual(others.map(({ has_processed_track: has }) => has), [false, false]);
});

test('it costs little, and delays little', { timeout: 60_000 }, async (t) => {
  const [cpu, began] = [await cpuTime(), Date.now()];
  await watches(viewer);
  await sleep(SECONDS);
  const cores = (1000 * ((await cpuTime()) - cpu)) / (Date.now() - began);
  const late = delays(await watched(viewer), began, Infinity);
  assert.ok(late.length > SECONDS, `${late.length} pictures`);
  t.diagnostic(`640×360: ${(100 * cores).toFixed(0)} % of a core; picture behind the camera ${share(late, 0.5)} ms, at most ${Math.max(...late)}; ${(late.length / SECONDS).toFixed(1)} a second`);
});

test('after a restart of LiveKit it processes again', { timeout: 180_000 }, async (t) => {
  const began = Date.now();
  await stack.restartContainer('livekit');
  await stack.log('processor', /connection to LiveKit is lost/);
  await counts({ detector: true, shared: 1, processed: 1, hasProcessed: true });
  t.diagnostic(`after ${Date.now() - began} ms`);
  await viewer.seesMovingVideo(1);
});

test('the processed video ends with the camera', { timeout: 120_000 }, async () => {
  await camera.page.evaluate(() => window.room.localParticipant.unpublishTrack([...window.room.localParticipant.videoTrackPublications.values()][0].track));
  await counts({ detector: true, shared: 0, processed: 0, hasProcessed: false });
  await viewer.page.waitForFunction(() => !document.querySelector('[data-testid="tile-video"]'));
});

test('a stopped processor has left the room, with exit code 0', { timeout: 120_000 }, async () => {
  const began = Date.now();
  await stack.stop('processor');
  assert.ok(Date.now() - began < 5_000, 'it was killed');
  await counts({ detector: false, processed: 0 });
  assert.equal((await stack.inspect('processor')).State.ExitCode, 0);
});
