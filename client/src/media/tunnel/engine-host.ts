import type { Command, Port, Report } from "./port.js";

type Ready = Extract<Report, { type: "ready" }>;

/** The engine as the page sees it. */
export interface EngineHost {
  readonly features: Ready;
  readonly isWorker: boolean;
  post(command: Command, transfer?: Transferable[]): void;
  onReport(listener: (report: Report) => void): void;
  end(): void;
}

const WORKER_TIMEOUT_MS = 4_000;

let spare: Promise<EngineHost> | null = null;

/** Starts an engine before it is needed; the next `startEngine` takes it. */
export function preloadEngine(): void {
  spare ??= start();
}

/** Starts the engine in a worker, or on the page where no worker starts or its WebCodecs are missing. */
export function startEngine(): Promise<EngineHost> {
  const started = spare ?? start();
  spare = null;
  return started;
}

async function start(): Promise<EngineHost> {
  return (await inWorker().catch(() => null)) ?? onPage();
}

async function inWorker(): Promise<EngineHost | null> {
  // Bundlers find the worker by this exact form.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const failed = new Promise<null>((resolve) => {
    worker.addEventListener("error", () => resolve(null), { once: true });
    setTimeout(resolve, WORKER_TIMEOUT_MS, null);
  });
  const host = await Promise.race([connected(worker as Port<Command, Report>, () => worker.terminate(), true), failed]);
  if (host && (host.features.hasVideoDecoder || typeof VideoDecoder === "undefined")) return host;
  worker.terminate();
  return null;
}

async function onPage(): Promise<EngineHost> {
  const { Engine } = await import("./engine.js");
  const { port1, port2 } = new MessageChannel();
  const host = connected(port1, () => port1.close(), false);
  new Engine(port2);
  return host;
}

/** Resolves when the engine is ready. */
function connected(port: Port<Command, Report>, end: () => void, isWorker: boolean): Promise<EngineHost> {
  let listener = (_report: Report): void => undefined;
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => {
      if (data.type !== "ready") return listener(data);
      resolve({
        features: data,
        isWorker,
        post: (command, transfer = []) => port.postMessage(command, transfer),
        onReport: (next) => (listener = next),
        end,
      });
    };
  });
}
