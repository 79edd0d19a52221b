// Videos of a folder as shared tracks: real files, real ffmpeg and LiveKit, viewers in a browser.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { localBrowser } from '../support/browser.mjs';
import { costs } from '../support/costs.mjs';
import { countsFreezes, longestFreeze } from '../support/freezes.mjs';
import { links } from '../support/links.mjs';
import { sleep } from '../support/measured-calls.mjs';
import { within } from '../support/process.mjs';
import { participant, views } from '../support/shared-video.mjs';
import { compose, container, docker, local, row, stack } from '../support/stack.mjs';

const FILES = 'compose.yaml:compose/videos.yaml:stand-ins/compose.yaml';
const folder = mkdtempSync(join(tmpdir(), 'sidelink-videos-'));
const SETTINGS = { SIDELINK_VIDEO_FOLDER: folder, SIDELINK_VIDEO_PLAYS: '2' };
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=15:duration=8'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=8', '-c:a', 'aac', '-ac', '2'];
const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-b:v', '600k'];

let desk;
const guests = [];

before(async () => {
  await stack.isReady();
  await compose(['build', '--quiet', 'publisher'], { env: { COMPOSE_FILE: FILES, ...SETTINGS } });
  chmodSync(folder, 0o755);
  const made = (name, ...how) => docker('run', '--rm', '--user', '0:0', '--volume', `${folder}:/videos`, '--entrypoint', 'ffmpeg', 'sidelink/publisher:0.1.0',
    '-loglevel', 'error', '-y', ...how, `/videos/${name}`);
  await made('good.mp4', ...PICTURE, ...SOUND, ...H264, '-profile:v', 'high', '-bf', '0', '-g', '30');
  await made('reordered.mp4', ...PICTURE, ...H264, '-bf', '2', '-g', '30');
  await made('rare keys.mkv', ...PICTURE, ...H264, '-bf', '0', '-g', '120', '-sc_threshold', '0');
  await made('small.webm', ...PICTURE, '-c:v', 'libvpx', '-b:v', '400k', '-g', '15', '-deadline', 'realtime');
  writeFileSync(join(folder, 'text.mp4'), 'no video');
  writeFileSync(join(folder, 'list.mp4'), '#EXTM3U\n#EXTINF:1,\nfile:///secrets/token\n');
  symlinkSync('/secrets/token', join(folder, 'link.mp4'));
  await stack.switchTo({ files: FILES, settings: SETTINGS });
  await stack.status((status) => status.phase === 'ready' && row(status, 'publisher')?.state === 'ok', { seconds: 120 });
  desk = await localBrowser();
}, { timeout: 600_000 });

after(async () => {
  await links.revokeAll();
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
  rmSync(folder, { recursive: true });
}, { timeout: 240_000 });

const token = async (identity, room) => (await links.livekitToken({ room, identity })).body.token;

async function watches(identity, room) {
  const guest = await participant(desk, identity);
  guests.push(guest);
  return { guest, ...(await views(guest, { url: local.replace('http', 'ws'), token: await token(identity, room) })) };
}

async function leaves() {
  await Promise.all(guests.splice(0).map(({ page }) => page.context().close()));
}

const listed = async (name) => (await links.videos()).body.videos.find((video) => video.name === name);

/** Waits until the video's only play has this state. */
async function plays(name, state) {
  const reached = async () => {
    for (;;) {
      const [play] = (await listed(name)).plays;
      assert.notEqual(play?.state, 'failed', play?.reason);
      if (play?.state === state) return play;
      await sleep(0.2);
    }
  };
  return within(60, `${name} is ${state}`, reached());
}

test('the list says what plays and why the rest does not, and names nothing outside the folder', async () => {
  const { status, body } = await links.videos();
  assert.equal(status, 200);
  const playable = Object.fromEntries(body.videos.map((video) => [video.name, video.playable]));
  assert.deepEqual(playable, { 'good.mp4': true, 'list.mp4': false, 'rare keys.mkv': false, 'reordered.mp4': false, 'small.webm': true, 'text.mp4': false });
  const [good, rare, reordered] = ['good.mp4', 'rare keys.mkv', 'reordered.mp4'].map((name) => body.videos.find((video) => video.name === name));
  assert.deepEqual([good.width, good.height, good.video_codec, good.audio_codec], [640, 360, 'h264', 'aac']);
  assert.match(reordered.reason, /B-frames/);
  assert.match(rare.reason, /key frames are [78]\.\d s apart/);
  assert.match(rare.convert_command, /^ffmpeg -i "rare keys\.mkv" .*"rare keys-call\.mkv"$/);
  const counts = await (await fetch(`${local}/sidelink/available-videos`)).json();
  assert.deepEqual(counts, { available_videos: 6, playing: 0 }, 'in public only counts');
});

test('bad requests are refused with the fix', async () => {
  for (const name of ['link.mp4', '../secrets/token', '..%2fgood.mp4', '/videos/good.mp4', 'none.mp4', '.']) {
    const { status, body } = await links.video(name, 'play', { room: 'cinema' });
    assert.equal(status, 404, `${name}: ${JSON.stringify(body)}`);
  }
  const code = async (name, body) => {
    const answer = await links.video(name, 'play', body);
    assert.ok(answer.body.error.fix, JSON.stringify(answer.body));
    return [answer.status, answer.body.error.code];
  };
  assert.deepEqual(await code('text.mp4', { room: 'cinema' }), [422, 'video_unreadable']);
  assert.deepEqual(await code('list.mp4', { room: 'cinema' }), [422, 'video_unreadable']);
  assert.deepEqual(await code('reordered.mp4', { room: 'cinema' }), [422, 'video_unplayable']);
  assert.deepEqual(await code('good.mp4', {}), [400, 'bad_field']);
  assert.deepEqual(await code('good.mp4', { room: 'cinema', speed: 2 }), [400, 'bad_field']);
  assert.deepEqual(await code('good.mp4', { room: 'sidelink-probe' }), [400, 'bad_name']);
  const { room } = await links.made();
  assert.deepEqual(await code('good.mp4', { room }), [409, 'no_call'], 'no participant has joined');
  assert.equal((await links.video('good.mp4', 'stop', { room: 'cinema' })).status, 404, 'it does not play');
});

test('viewers see and hear a looped file, each within 2.5 s, and cost the publisher nothing', { timeout: 180_000 }, async (t) => {
  const started = await links.video('good.mp4', 'play', { room: 'cinema', loop: true });
  assert.equal(started.status, 200, JSON.stringify(started.body));
  const { client_id: id } = await plays('good.mp4', 'playing');
  const again = await links.video('good.mp4', 'play', { room: 'cinema', loop: true });
  assert.equal(again.body.client_id, id, 'it is started once');

  const first = [await watches('ana', 'cinema')];
  for (const late of ['bia', 'caio']) {
    await sleep(0.7); // at different places between two key frames
    first.push(await watches(late, 'cinema'));
  }
  const waited = first.map(({ firstFrame }) => firstFrame);
  t.diagnostic(`first frame after ${waited.map(Math.round).join(', ')} ms`);
  assert.ok(Math.max(...waited) < 2_500, String(waited));

  const { guest } = first[0];
  await countsFreezes(guest);
  const alone = await cpuOfPublisher();
  const freeze = await longestFreeze(guest);
  t.diagnostic(`longest time without a picture over the end of the file: ${Math.round(freeze)} ms`);
  assert.ok(freeze < 1_000, `${freeze} ms`);
  const sound = await guest.page.evaluate(hears);
  assert.ok(sound.packets > 200 && sound.energy > 0, JSON.stringify(sound));

  for (const late of ['dora', 'eva', 'fabio', 'gil']) await watches(late, 'cinema');
  const many = await cpuOfPublisher();
  t.diagnostic(`publisher: ${alone.toFixed(1)} % of a core for 3 viewers, ${many.toFixed(1)} % for 7`);
  assert.ok(many < alone * 1.5 + 1, `${alone} → ${many}`);
  const { clients } = await stack.connections();
  assert.equal(clients.filter((client) => client.client_id === id).length, 1, 'one participant, one track');
  await leaves();
});

test('a lost LiveKit is joined again, and a stop leaves the room', { timeout: 120_000 }, async () => {
  await docker('restart', container('livekit'));
  await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
  await plays('good.mp4', 'playing');
  await watches('ana', 'cinema');
  assert.equal((await links.video('good.mp4', 'stop', { room: 'cinema' })).status, 204);
  assert.deepEqual((await listed('good.mp4')).plays, []);
  await leaves();
  const gone = async () => {
    while ((await stack.connections()).active_clients > 0) await sleep(0.5);
  };
  await within(30, 'no participant is left', gone());
});

test('a file that browsers cannot show is converted once', { timeout: 120_000 }, async (t) => {
  const began = Date.now();
  const { status, body } = await links.video('reordered.mp4', 'play', { room: 'converted', convert: true, loop: true });
  assert.deepEqual([status, body.state], [202, 'converting']);
  await plays('reordered.mp4', 'playing');
  t.diagnostic(`8 s of 640×360: converted and playing after ${Date.now() - began} ms`);
  await watches('ana', 'converted');
  await links.video('reordered.mp4', 'stop', { room: 'converted' });
  const second = await links.video('reordered.mp4', 'play', { room: 'converted', loop: true });
  assert.deepEqual([second.status, second.body.state], [200, 'joining'], 'the converted file is used');
  await plays('reordered.mp4', 'playing');
});

test('VP8 passes, and more videos than allowed are refused', { timeout: 120_000 }, async () => {
  assert.equal((await links.video('small.webm', 'play', { room: 'vp8', loop: true })).status, 200);
  await plays('small.webm', 'playing');
  const { status, body } = await links.video('good.mp4', 'play', { room: 'third' });
  assert.deepEqual([status, body.error.code], [503, 'too_many_videos']);
  await watches('ana', 'vp8');
  await leaves();
});

test('a file that is not looped ends with its last frame', { timeout: 60_000 }, async () => {
  await links.video('small.webm', 'stop', { room: 'vp8' });
  await links.video('small.webm', 'play', { room: 'once' });
  await plays('small.webm', 'playing');
  const ended = async () => {
    while ((await listed('small.webm')).plays.length > 0) await sleep(0.5);
  };
  await within(20, 'it has played', ended());
});

test('a stop of the publisher leaves no ffmpeg and no participant', { timeout: 60_000 }, async () => {
  await plays('reordered.mp4', 'playing');
  assert.match(await docker('top', container('publisher')), /ffmpeg/, 'one reads the file');
  const began = Date.now();
  await docker('stop', container('publisher'));
  assert.ok(Date.now() - began < 4_000, `${Date.now() - began} ms: it is not killed`);
  const gone = async () => {
    while ((await stack.connections()).active_clients > 0) await sleep(0.5);
  };
  await within(10, 'no participant is left', gone());
  const { status, body } = await links.videos();
  assert.deepEqual([status, body.error.code], [503, 'publisher_down']);
});

/** Percent of a core over 10 s, longer than a file. */
async function cpuOfPublisher() {
  const names = [container('publisher')];
  const [began] = await costs(names);
  await sleep(10);
  const [ended] = await costs(names);
  return (ended.cpu - began.cpu) / 100;
}

/** In the page: packets of the sound that arrives, and its energy in 2 s of playing. */
async function hears() {
  for (const { trackPublications } of window.room.remoteParticipants.values()) {
    for (const { track } of trackPublications.values()) if (track?.kind === 'audio') document.body.append(track.attach());
  }
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const reports = await Promise.all([...window.room.remoteParticipants.values()].flatMap(({ trackPublications }) =>
    [...trackPublications.values()].map(({ track }) => track?.getRTCStatsReport())));
  const sound = reports.flatMap((report) => (report ? [...report.values()] : [])).find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  return { packets: sound?.packetsReceived ?? 0, energy: sound?.totalAudioEnergy ?? 0 };
}
