import { once, EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { RuntimeConfig } from "./document.js";

/** What a third party on the path answers instead of the sidecar; "silence" leaves requests unanswered. */
export type Stranger = "silence" | { status: number; body?: string; headers?: Record<string, string> };

/** Speaks `/runtime-config` and `/runtime-config/ws` over real sockets, for tests. */
export class FakeSidecar {
  refusesUpgrades = false;
  stranger: Stranger | null = null;
  polls = 0;
  private readonly sockets = new WebSocketServer({ noServer: true });
  private readonly held = new Set<ServerResponse>();
  private readonly happened = new EventEmitter();

  private constructor(
    private readonly server: Server,
    private document: RuntimeConfig,
  ) {
    server.on("request", (request, response) => this.answer(request, response));
    server.on("upgrade", (request, socket, head) => {
      if (this.refusesUpgrades || this.stranger) {
        socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (visitor) => {
        visitor.on("close", () => this.happened.emit("left"));
        visitor.send(JSON.stringify(this.document));
      });
    });
  }

  static async start(document: RuntimeConfig): Promise<FakeSidecar> {
    const server = createServer();
    const sidecar = new FakeSidecar(server, document);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return sidecar;
  }

  async stop(): Promise<void> {
    this.cutsSockets();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/runtime-config`;
  }

  publishes(document: RuntimeConfig): void {
    this.document = document;
    this.sends(JSON.stringify(document));
    this.endsHeldPolls(200);
  }

  sends(text: string): void {
    for (const visitor of this.sockets.clients) visitor.send(text);
  }

  /** A third party answers from now on, as after a change of the tunnel or the Wi-Fi. */
  isReplacedBy(stranger: Stranger): void {
    this.stranger = stranger;
    this.cutsSockets();
  }

  cutsSockets(): void {
    for (const visitor of this.sockets.clients) visitor.terminate();
  }

  endsHeldPolls(status: 200 | 304 = 304): void {
    for (const response of this.held) this.finish(response, status);
    this.held.clear();
  }

  /** Resolves once a long poll is held open. */
  async heldPoll(): Promise<void> {
    if (this.held.size === 0) await once(this.happened, "held");
  }

  /** Resolves at the next request that stays unanswered. */
  async nextRequest(): Promise<void> {
    await once(this.happened, "received");
  }

  cutsRequests(): void {
    this.server.closeAllConnections();
  }

  async withoutVisitors(): Promise<void> {
    while (this.held.size + this.sockets.clients.size > 0) await once(this.happened, "left");
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.polls += 1;
    if (this.stranger === "silence") return void this.happened.emit("received");
    if (this.stranger) {
      response.writeHead(this.stranger.status, this.stranger.headers).end(this.stranger.body);
      return;
    }
    const after = new URL(request.url ?? "/", "http://any").searchParams.get("after");
    if (after === null || Number(after) < this.document.revision) return this.finish(response, 200);
    this.held.add(response);
    response.on("close", () => {
      this.held.delete(response);
      this.happened.emit("left");
    });
    this.happened.emit("held");
  }

  private finish(response: ServerResponse, status: 200 | 304): void {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 200 ? JSON.stringify(this.document) : undefined);
  }
}

export function aDocument(changes: Partial<RuntimeConfig>): RuntimeConfig {
  return {
    revision: 1,
    instance: "one",
    phase: "ready",
    publicUrl: "https://one.example",
    origin: "https://one.example",
    livekitUrl: "wss://one.example",
    verifiedAt: "2026-11-21T05:50:00Z",
    media: { grade: "lan" },
    env: {},
    ...changes,
  };
}
