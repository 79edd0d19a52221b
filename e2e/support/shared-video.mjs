// One shared video and its viewers, by livekit-client alone: pages of a browser on this machine.
import { join } from 'node:path';
import { takesClock } from './clock-camera.mjs';
import { local } from './stack.mjs';
import { repository } from './process.mjs';

const LIVEKIT_CLIENT = join(repository, 'app/node_modules/livekit-client/dist/livekit-client.umd.js');

/** Opens a document of a secure origin, and loads livekit-client and a camera that shows the time. */
export async function livekitClient(visitor, url) {
  await takesClock(visitor);
  await visitor.opens(url);
  await visitor.page.addScriptTag({ path: LIVEKIT_CLIENT });
}

/** A page on this machine with both. */
export async function participant(desk, name) {
  const visitor = await desk.visitor(name, { bypassCSP: true });
  await livekitClient(visitor, `${local}/runtime-config`);
  return visitor;
}

/** Joins and publishes the camera at 640×360 and 15 frames a second. */
export const publishes = (visitor, where) => visitor.page.evaluate(publish, where);

/** The local candidate of the pair in use. */
export const pairInUse = (visitor) => visitor.page.evaluate(async () => {
  const stats = await window.room.engine.pcManager.publisher.getStats();
  const { selectedCandidatePairId } = [...stats.values()].find(({ type }) => type === 'transport');
  const { candidateType, relayProtocol } = stats.get(stats.get(selectedCandidatePairId).localCandidateId);
  return { candidateType, relayProtocol };
});

/**
 * Joins, and resolves with the first picture of each of the `others`: milliseconds until `connected` and until the last
 * one's `firstFrame`. `publishes`: the own camera, too. `rtcConfig`: of the peer connections.
 */
export const views = (visitor, where) => visitor.page.evaluate(view, where);

/** Joins and leaves once for each token, so many at the same time. */
export const comesAndGoes = (visitor, { url, tokens, atOnce }) => visitor.page.evaluate(comeAndGo, { url, tokens, atOnce });

/** Share of packets that were lost, percent. */
export const loss = (visitor) => visitor.page.evaluate(async () => {
  const reports = await Promise.all([...window.room.remoteParticipants.values()].flatMap(({ trackPublications }) =>
    [...trackPublications.values()].map(({ track }) => track?.getRTCStatsReport())));
  const inbound = reports.flatMap((report) => (report ? [...report.values()] : [])).filter(({ type }) => type === 'inbound-rtp');
  const sum = (name) => inbound.reduce((total, one) => total + (one[name] ?? 0), 0);
  return (100 * sum('packetsLost')) / Math.max(1, sum('packetsLost') + sum('packetsReceived'));
});

// In the page from here on.

async function publish({ url, token }) {
  const { Room, Track } = window.LivekitClient;
  const room = (window.room = new Room());
  await room.connect(url, token);
  const [camera] = (await navigator.mediaDevices.getUserMedia({ video: true })).getVideoTracks();
  await room.localParticipant.publishTrack(camera, {
    source: Track.Source.Camera, simulcast: false, videoCodec: 'vp8', videoEncoding: { maxBitrate: 600_000, maxFramerate: 15 },
  });
}

async function view({ url, token, others = 1, publishes, rtcConfig }) {
  const { Room, RoomEvent } = window.LivekitClient;
  const room = (window.room = new Room());
  const shown = new Promise((resolve) => {
    let missing = others;
    room.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind !== 'video') return;
      const video = track.attach();
      Object.assign(video.dataset, { testid: 'tile-video', local: 'false' });
      document.body.append(video);
      video.requestVideoFrameCallback(() => (missing -= 1) || resolve(performance.now()));
    });
  });
  const began = performance.now();
  await room.connect(url, token, rtcConfig && { rtcConfig });
  const connected = performance.now() - began;
  if (publishes) await room.localParticipant.setCameraEnabled(true);
  return { connected, firstFrame: (await shown) - began, identity: room.localParticipant.identity };
}

async function comeAndGo({ url, tokens, atOnce }) {
  const left = [...tokens];
  const one = async () => {
    for (let token = left.pop(); token; token = left.pop()) {
      const room = new window.LivekitClient.Room();
      await room.connect(url, token);
      await room.disconnect();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
