import { useEffect, useState } from "react";

const INTERVAL_MS = 33;

/** Returns the volume of a microphone, 0 to 1. */
export function useVolume(track: MediaStreamTrack): number {
  const [volume, setVolume] = useState(0);
  useEffect(() => {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 32, smoothingTimeConstant: 0, minDecibels: -100, maxDecibels: -80 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const bins = new Uint8Array(analyser.frequencyBinCount);
    const timer = setInterval(() => {
      analyser.getByteFrequencyData(bins);
      setVolume(Math.sqrt(bins.reduce((sum, bin) => sum + bin * bin, 0) / bins.length) / 255);
    }, INTERVAL_MS);
    // A browser may start sound processing only after a click.
    const resume = () => void context.resume();
    document.addEventListener("click", resume);
    return () => {
      clearInterval(timer);
      document.removeEventListener("click", resume);
      void context.close();
    };
  }, [track]);
  return volume;
}
