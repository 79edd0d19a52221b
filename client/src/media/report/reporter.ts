import { limit } from "../../runtime-config/attention.js";
import type { Clock } from "../../runtime-config/listener.js";
import type { Transport, TransportStats } from "../transport.js";
import type { EndReason, MediaCall } from "../types.js";
import { noPath, reportOf, type ConnectionReport } from "./body.js";
import { isLocalNetworkBlocked } from "./local-network.js";
import { dueAt, type Last } from "./schedule.js";

/** What carries the call now, and the stack that is reported to. */
export interface Carrier {
  readonly current: Transport | null;
  readonly livekitUrl: string;
  readonly token: string;
}

/** What tests replace. */
export interface Surroundings {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

const REQUEST_TIMEOUT_MS = 8_000;
/** The server has no such route, or refuses the token. */
const REFUSALS: readonly number[] = [401, 404, 405];
/**
 * Requests without a response before the first response, after which reporting stops. Where another server answers, the
 * browser may hide the status, because that server or the page's policy does not allow the request.
 */
const MAX_FIRST_FAILURES = 3;

/** Reports the call's connection to the stack until the call ends. */
export function reportConnection(carrier: Carrier, call: Pick<MediaCall, "on">, { fetch = globalThis.fetch, clock = globalThis }: Partial<Surroundings> = {}): void {
  const reporter = new Reporter(carrier, fetch, clock);
  call.on("change", () => reporter.schedule());
  call.on("ended", (reason) => void reporter.end(reason));
}

class Reporter {
  private readonly over = new AbortController();
  private connectedAt: number | null = null;
  private last: Last | null = null;
  private counted: { readonly of: Transport; readonly stats: TransportStats | null } | null = null;
  private failuresLeft = MAX_FIRST_FAILURES;
  private timer: unknown;

  constructor(private readonly carrier: Carrier, private readonly fetch: Surroundings["fetch"], private readonly clock: Clock) {
    globalThis.document?.addEventListener("visibilitychange", () => this.schedule(), { signal: this.over.signal });
  }

  schedule(): void {
    const { carrier: { current }, clock } = this;
    clock.clearTimeout(this.timer);
    if (this.over.signal.aborted || !current) return;
    const now = clock.Date.now();
    this.connectedAt ??= now;
    // A change follows when the rung is known.
    if (!current.rung) return;
    const due = dueAt(this.connectedAt, this.last, pathName(current), globalThis.document?.hidden ?? false);
    this.timer = clock.setTimeout(() => void this.report(), Math.max(0, due - now));
  }

  async end(reason: EndReason): Promise<void> {
    const hasNoPath = !this.over.signal.aborted && this.connectedAt === null && reason === "failed";
    this.stop();
    if (hasNoPath) await this.send(noPath(await isLocalNetworkBlocked()), new AbortController().signal);
  }

  private stop(): void {
    this.over.abort();
    this.clock.clearTimeout(this.timer);
  }

  private async report(): Promise<void> {
    const { current } = this.carrier;
    if (!current?.rung) return;
    this.last = { at: this.clock.Date.now(), path: pathName(current) };
    this.schedule();
    const [stats, isBlocked] = await Promise.all([current.readStats().catch(() => null), isLocalNetworkBlocked()]);
    if (this.over.signal.aborted || current !== this.carrier.current) return;
    const before = this.counted?.of === current ? this.counted.stats : null;
    this.counted = { of: current, stats };
    await this.send(reportOf(current, stats, before, isBlocked), this.over.signal);
  }

  private async send(report: ConnectionReport, signal: AbortSignal): Promise<void> {
    const status = await post(this.fetch, this.carrier, report, signal);
    if (status > 0) this.failuresLeft = Infinity;
    if (REFUSALS.includes(status) || (this.failuresLeft -= 1) === 0) this.stop();
  }
}

const pathName = ({ rung, protocol }: Transport): string => `${rung} ${protocol}`;

/** Resolves with the status of the response, 0 without a response. */
async function post(fetch: Surroundings["fetch"], { livekitUrl, token }: Carrier, report: ConnectionReport, signal: AbortSignal): Promise<number> {
  const over = limit(REQUEST_TIMEOUT_MS, signal);
  try {
    const { status } = await fetch(new URL("/sidelink/connection", livekitUrl.replace(/^ws/, "http")), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(report),
      // The token is for this stack only.
      redirect: "error",
      signal: over.signal,
    });
    return status;
  } catch {
    return 0;
  } finally {
    over.abort();
  }
}
