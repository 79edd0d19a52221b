// A camera that shows the time, and a microphone that sounds without a pause, or once a second. What
// another page plays shows how late pictures and sound are, because both pages have one clock.

/** Bars of the picture: the time in 16 bits, and two that check them. */
const BARS = 18;
/** The time in the picture starts again after so many milliseconds. */
const WRAP = 65_536;

/** Gives a visitor these devices, from the next page on. `beeps`: the sound is on for every second second only. */
export async function takesClock(visitor, { beeps = false } = {}) {
  await visitor.page.addInitScript(fakeDevices, { bars: BARS, beeps });
}

/** Starts to record what a page shows and plays of another. */
export async function watches(visitor) {
  await visitor.page.evaluate(record, { bars: BARS, wrap: WRAP });
}

/**
 * Ends the recording. `frames`: Unix milliseconds `at` which a picture was shown, and when it was
 * `taken`. `gaps`: silences from `at` for `ms`. `edges`: when the sound went on.
 */
export const watched = (visitor) => visitor.page.evaluate(() => window.stopRecording());

/** Milliseconds of each picture of this time. */
export const delays = ({ frames }, from, to) => frames.filter(({ at }) => at >= from && at < to).map(({ at, taken }) => at - taken);

/** The longest time from `from` to `to` for which the picture was more than `ms` behind. */
export function longestBehind({ frames }, ms, from, to) {
  const shown = [{ at: from, taken: from }, ...frames.filter(({ at }) => at >= from && at < to), { at: to }];
  let longest = 0;
  let since = null; // it has been behind since then
  for (let i = 1; i < shown.length; i += 1) {
    since ??= shown[i - 1].taken + ms;
    if (shown[i].at > since) longest = Math.max(longest, shown[i].at - Math.max(since, from));
    if (shown[i].at - shown[i].taken <= ms) since = null;
  }
  return longest;
}

/** Milliseconds from `from` until a picture is less than `ms` late. */
export function recovery({ frames }, ms, from) {
  const back = frames.find(({ at, taken }) => at >= from && at - taken < ms);
  return back ? back.at - from : Infinity;
}

/** A share of sorted figures: 0.5 is the median. */
export function share(figures, part) {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor((sorted.length - 1) * part)] : NaN;
}

// In the page from here on.

function fakeDevices({ bars, beeps }) {
  const [width, height, rate] = [640, 360, 24];

  const bits = (time) => {
    const value = time % 65_536;
    const ones = value.toString(2).replaceAll('0', '').length;
    return value + (ones % 4) * 65_536;
  };

  // A cloud that moves gives the encoder as much to do as a person before a camera.
  const cloud = () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 96, height: 64 });
    const context = canvas.getContext('2d');
    const image = context.createImageData(96, 64);
    for (let i = 0; i < image.data.length; i += 1) image.data[i] = i % 4 === 3 ? 255 : 60 + Math.random() * 140;
    context.putImageData(image, 0, 0);
    return canvas;
  };

  const draw = (context, background, now) => {
    const shift = (now / 40) % width;
    context.drawImage(background, -shift, 0, width, height);
    context.drawImage(background, width - shift, 0, width, height);
    const code = bits(now);
    for (let bar = 0; bar < bars; bar += 1) {
      context.fillStyle = Math.floor(code / 2 ** bar) % 2 ? '#fff' : '#000';
      context.fillRect((bar * width) / bars, 0, width / bars, height / 3);
    }
  };

  const camera = () => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d', { alpha: false });
    const background = cloud();
    setInterval(() => draw(context, background, Date.now()), 1_000 / rate);
    return canvas.captureStream(rate).getVideoTracks()[0];
  };

  const microphone = () => {
    const context = new AudioContext();
    const [tone, gate] = [context.createOscillator(), context.createGain()];
    const out = context.createMediaStreamDestination();
    tone.frequency.value = 440;
    gate.gain.value = beeps ? 0 : 0.5;
    tone.connect(gate).connect(out);
    tone.start();
    const schedule = () => {
      const second = Math.floor(Date.now() / 1_000) + 1;
      gate.gain.setValueAtTime(second % 2 ? 0.5 : 0, context.currentTime + second - Date.now() / 1_000);
    };
    if (beeps) setInterval(schedule, 1_000);
    // A page that no user has touched is silent until then.
    const resume = () => context.resume();
    for (const event of ['click', 'keydown']) addEventListener(event, resume);
    return out.stream.getAudioTracks()[0];
  };

  let devices;
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    devices ??= { camera: camera(), microphone: microphone() };
    const tracks = [audio && devices.microphone, video && devices.camera].filter(Boolean);
    return new MediaStream(tracks.map((track) => track.clone()));
  };
}

async function record({ bars, wrap }) {
  const frames = [];
  const gaps = [];
  const edges = [];
  const over = new AbortController();

  const readTime = (context, now) => {
    const { data } = context.getImageData(0, 0, bars, 1);
    let code = 0;
    for (let bar = 0; bar < bars; bar += 1) code += (data[bar * 4] > 127) * 2 ** bar;
    const value = code % wrap;
    const ones = value.toString(2).replaceAll('0', '').length;
    if (ones % 4 !== Math.floor(code / wrap)) return null;
    return now - ((((now - value) % wrap) + wrap) % wrap);
  };

  const pictures = () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: bars, height: 1 });
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    const watch = () => {
      if (over.signal.aborted) return;
      const video = document.querySelector('[data-testid="other"] video, [data-testid="tile-video"][data-local="false"]');
      if (!video) return void setTimeout(watch, 50);
      const timer = setTimeout(watch, 1_000); // an element that is gone shows no more
      video.requestVideoFrameCallback(() => {
        clearTimeout(timer);
        const now = Date.now();
        const { videoWidth: width, videoHeight: height } = video;
        context.drawImage(video, 0, height / 6, width, 1, 0, 0, bars, 1);
        const taken = readTime(context, now);
        if (taken !== null && taken !== frames.at(-1)?.taken) frames.push({ at: now, taken });
        watch();
      });
    };
    watch();
  };

  const METER = `registerProcessor('meter', class extends AudioWorkletProcessor {
    process([[input]]) {
      let peak = 0;
      for (const sample of input ?? []) peak = Math.max(peak, Math.abs(sample));
      const sounds = peak > 0.02;
      if (sounds !== this.sounds) this.port.postMessage({ sounds, at: currentTime });
      this.sounds = sounds;
      return true;
    }
  });`;

  const sound = async () => {
    const context = new AudioContext();
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([METER], { type: 'text/javascript' })));
    const meter = new AudioWorkletNode(context, 'meter');
    meter.connect(context.destination); // what leads nowhere is not processed
    let silentSince = null;
    meter.port.onmessage = ({ data: { sounds, at } }) => {
      const unix = performance.timeOrigin + performance.now() - (context.currentTime - at) * 1_000;
      if (sounds && silentSince !== null) {
        gaps.push({ at: silentSince, ms: unix - silentSince });
        edges.push(unix);
      }
      silentSince = sounds ? null : unix;
    };
    // A call that moves brings another track.
    let [playing, source] = [null, null];
    const follow = () => {
      const [track] = [...document.querySelectorAll('audio, [data-testid="other"] video, video[data-local="false"]')]
        .flatMap(({ srcObject }) => srcObject?.getAudioTracks() ?? []).filter(({ readyState }) => readyState === 'live');
      if (!track || track === playing) return;
      source?.disconnect();
      source = context.createMediaStreamSource(new MediaStream([(playing = track)]));
      source.connect(meter);
    };
    const timer = setInterval(follow, 20);
    over.signal.addEventListener('abort', () => (clearInterval(timer), context.close()));
  };

  await sound();
  pictures();
  window.stopRecording = () => {
    over.abort();
    return { frames, gaps, edges };
  };
}
