/** Plays tracks in elements: one stream for each element, so that a camera and a microphone can share one. */
export class Elements {
  private readonly streams = new Map<HTMLMediaElement, MediaStream>();
  private readonly blocked = new Set<HTMLMediaElement>();
  private speaker = "";

  constructor(private readonly changed: () => void) {}

  /** Whether the browser refused to play in an element. */
  get areBlocked(): boolean {
    return this.blocked.size > 0;
  }

  add(element: HTMLMediaElement, track: MediaStreamTrack): void {
    let stream = this.streams.get(element);
    if (!stream || element.srcObject !== stream) {
      stream = new MediaStream();
      this.streams.set(element, stream);
      stream.addTrack(track);
      element.autoplay = true;
      (element as HTMLVideoElement).playsInline = true;
      element.srcObject = stream;
      void this.route(element);
    } else {
      stream.addTrack(track);
    }
    void this.play(element);
  }

  remove(element: HTMLMediaElement, track: MediaStreamTrack): void {
    const stream = this.streams.get(element);
    stream?.removeTrack(track);
    if (!stream || stream.getTracks().length > 0) return;
    this.streams.delete(element);
    if (this.blocked.delete(element)) this.changed();
    if (element.srcObject === stream) element.srcObject = null;
  }

  /** Replaces a track without emptying the element, which keeps its last picture meanwhile. */
  replace(element: HTMLMediaElement, before: MediaStreamTrack, after: MediaStreamTrack): void {
    if (before === after) return;
    this.add(element, after);
    this.streams.get(element)?.removeTrack(before);
  }

  /** Tries again, in a click. An element whose media has not arrived yet plays later. */
  playAll(): void {
    for (const element of this.streams.keys()) void this.play(element);
  }

  async setSpeaker(deviceId: string): Promise<void> {
    this.speaker = deviceId;
    await Promise.all([...this.streams.keys()].map((element) => this.route(element)));
  }

  clear(): void {
    for (const [element, stream] of this.streams) if (element.srcObject === stream) element.srcObject = null;
    this.streams.clear();
    this.blocked.clear();
  }

  private async play(element: HTMLMediaElement): Promise<void> {
    const wasBlocked = this.blocked.delete(element);
    try {
      await element.play();
    } catch (error) {
      // AbortError: a later source replaced this one.
      if ((error as Error).name === "NotAllowedError" && this.streams.has(element)) this.blocked.add(element);
    }
    if (this.blocked.has(element) !== wasBlocked) this.changed();
  }

  private async route(element: HTMLMediaElement): Promise<void> {
    if (this.speaker !== "" && "setSinkId" in element) await element.setSinkId(this.speaker).catch(() => undefined);
  }
}
