import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** "silence" leaves the request unanswered. */
export type Reply = "silence" | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

/** A real HTTP server with a test's replies, which records the requests. For tests. */
export class FakeServer {
  readonly received: Received[] = [];
  reply: Reply | ((request: Received) => Reply) = { status: 404 };

  private constructor(private readonly server: Server) {
    server.on("request", async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      const received = { method: request.method!, path: request.url!, headers: request.headers, body: text ? JSON.parse(text) : null };
      this.received.push(received);
      const reply = typeof this.reply === "function" ? this.reply(received) : this.reply;
      server.emit("received");
      if (reply === "silence") return;
      const body = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
      response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers }).end(body);
    });
  }

  static async start(): Promise<FakeServer> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FakeServer(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async nextRequest(): Promise<void> {
    await once(this.server, "received");
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

/** An error response of Sidelink. */
export function aProblem(code: string): object {
  return { error: { code, message: `${code}, in English`, messagePt: `${code}, em português`, fix: "do this", docs: null } };
}
