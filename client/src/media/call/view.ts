import type { View } from "../transport.js";

const SETTLE_MS = 150;

/** Reports the largest visible size of a set of elements, in device pixels. */
export class ViewObserver {
  private readonly visible = new Map<Element, boolean>();
  private readonly resizes = new ResizeObserver(() => this.schedule());
  private readonly intersections = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) this.visible.set(target, isIntersecting);
    this.schedule();
  });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = "";

  constructor(private readonly report: (view: View) => void) {}

  add(element: Element): void {
    this.visible.set(element, true);
    this.resizes.observe(element);
    this.intersections.observe(element);
    this.schedule();
  }

  remove(element: Element): void {
    this.visible.delete(element);
    this.resizes.unobserve(element);
    this.intersections.unobserve(element);
    this.schedule();
  }

  /** Reports again, because another source needs to know. */
  repeat(): void {
    this.last = "";
    this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.measure(), SETTLE_MS);
  }

  private measure(): void {
    let view: View = { width: 0, height: 0, visible: false };
    for (const [element, visible] of this.visible) {
      const { width, height } = element.getBoundingClientRect();
      const scale = devicePixelRatio || 1;
      if (visible && width > 0 && width * scale > view.width) view = { width: Math.round(width * scale), height: Math.round(height * scale), visible: true };
    }
    const text = JSON.stringify(view);
    if (text === this.last) return;
    this.last = text;
    this.report(view);
  }
}
