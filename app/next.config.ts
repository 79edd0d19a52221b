import type { NextConfig } from "next";

process.env.NEXT_TELEMETRY_DISABLED = "1";

const dev = process.env.NODE_ENV === "development";

// Names of tunnels; the exact one is known only after it opens. `next dev` serves its resources under them.
const TUNNELS = ["*.trycloudflare.com", "*.ngrok-free.dev", "*.ngrok-free.app"];
// Your named tunnels or domains, separated by spaces.
const OWN_NAMES = process.env.ALLOWED_DEV_ORIGINS?.split(" ").filter(Boolean) ?? [];

// A running call migrates to the new name of a tunnel, and to another tunnel when its own is lost.
const ELSEWHERE = TUNNELS.map((name) => ` https://${name} wss://${name}`).join("");

// webpack builds production, because Turbopack adds an inline script, which script-src 'self' forbids.
// 'self' covers ws: and wss: in current browsers; Safari before 15.4 needs the host by name.
function contentSecurityPolicy(host: string | null, elsewhere = ""): string {
  return [
    "default-src 'none'",
    // Opus in WebAssembly, where a browser has none. Only WebAssembly is compiled, `eval` stays forbidden.
    dev ? "script-src 'self' 'unsafe-eval' 'unsafe-inline'" : "script-src 'self' 'wasm-unsafe-eval'",
    dev ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
    host === null ? "connect-src 'self'" : `connect-src 'self' ws://${host} wss://${host}${elsewhere}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: __dirname,
  turbopack: { root: __dirname },
  // Images are served unchanged, so sharp is not needed at run time.
  images: { unoptimized: true },
  outputFileTracingExcludes: { "*": ["node_modules/@img/**", "node_modules/sharp/**"] },
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  allowedDevOrigins: [...TUNNELS, ...OWN_NAMES, "[::1]"],
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "Content-Security-Policy", value: contentSecurityPolicy(null) },
        { key: "Referrer-Policy", value: "no-referrer" },
        { key: "X-Content-Type-Options", value: "nosniff" },
        {
          key: "Permissions-Policy",
          value: "camera=(self), microphone=(self), display-capture=(), geolocation=(), payment=(), usb=()",
        },
      ],
    },
    {
      source: "/:path*",
      has: [{ type: "header", key: "host", value: "(?<host>[A-Za-z0-9.-]+(:[0-9]+)?)" }],
      headers: [{ key: "Content-Security-Policy", value: contentSecurityPolicy(":host") }],
    },
    {
      source: "/:path*",
      has: [{ type: "header", key: "host", value: "(?<host>[a-z0-9-]+\\.(?:trycloudflare\\.com|ngrok-free\\.(?:dev|app)))" }],
      headers: [{ key: "Content-Security-Policy", value: contentSecurityPolicy(":host", ELSEWHERE) }],
    },
  ],
};

export default config;
