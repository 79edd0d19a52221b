// Functions that run in a page: a browser gets their source, so they use nothing of this module.

/** Waits until the others' videos have painted `wanted` frames, and returns how far they moved. */
export async function watchFrames(wanted) {
  const others = () => [...document.querySelectorAll('[data-testid="tile-video"][data-local="false"]')];
  const count = others().length;
  /** The next frame, or null once the page has removed the element. */
  const frame = (video) => new Promise((resolve) => {
    const look = setInterval(() => video.isConnected || end(null), 100);
    const end = (about) => resolve(about, clearInterval(look));
    video.requestVideoFrameCallback((_, about) => end(about));
  });
  const decoded = async () => {
    let sum = 0;
    for (const connection of window.peerConnections ?? []) {
      // A connection that closes meanwhile never answers.
      const closed = new Promise((resolve) => setTimeout(resolve, 500, new Map()));
      for (const stats of (await Promise.race([connection.getStats(), closed])).values()) {
        if (stats.type === 'inbound-rtp' && stats.kind === 'video') sum += stats.framesDecoded ?? 0;
      }
    }
    return sum;
  };
  const watched = async (videos) => {
    await Promise.all(videos.map(frame));
    const before = await decoded();
    const times = await Promise.all(videos.map(async (video) => {
      const first = video.currentTime;
      let about;
      for (let seen = 0; seen < wanted && video.isConnected; seen += 1) about = await frame(video);
      return { from: first, to: video.currentTime, width: about?.width, height: about?.height };
    }));
    return { decodedBefore: before, decodedAfter: await decoded(), videos: times };
  };
  // Who joins again may get another tile. The elements of the former one show nothing more.
  for (;;) {
    const videos = others();
    const seen = videos.length === count ? await watched(videos) : null;
    if (seen && videos.every((video) => video.isConnected)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The loudest moment of what others say, as the page plays it: 0 is silence. A fake microphone beeps each second. */
export async function loudestMoment() {
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 32_768; // longer than the pause between two beeps
  const samples = new Float32Array(analyser.fftSize);
  const connected = new Set();
  let loudest = 0;
  for (let until = performance.now() + 10_000; performance.now() < until && loudest < 0.01;) {
    await new Promise(requestAnimationFrame);
    for (const { srcObject } of document.querySelectorAll('audio, video[data-local="false"]')) {
      for (const track of srcObject?.getAudioTracks() ?? []) {
        if (!connected.has(track)) context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        connected.add(track);
      }
    }
    analyser.getFloatTimeDomainData(samples);
    for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  }
  await context.close();
  return loudest;
}

/** Keeps every peer connection of the page, for the figures of its decoders. */
export function keepPeerConnections() {
  if (!window.RTCPeerConnection) return;
  const connections = (window.peerConnections = []);
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };
}
