import type { NextConfig } from "next";

process.env.NEXT_TELEMETRY_DISABLED = "1";

const dev = process.env.NODE_ENV === "development";

// Under which names `next dev` hands out its own resources: a tunnel's exact name is not known before it is open.
const TUNNELS = ["*.trycloudflare.com", "*.ngrok-free.dev", "*.ngrok-free.app"];
// A named tunnel or a domain of your own, separated by spaces.
const OWN_NAMES = process.env.ALLOWED_DEV_ORIGINS?.split(" ").filter(Boolean) ?? [];

// A quick tunnel's name changes when it is started anew; a call then moves to the next one.
const QUICK_TUNNELS = " https://*.trycloudflare.com wss://*.trycloudflare.com";

// Production is built by webpack: Turbopack puts a script into the page itself, which script-src 'self' forbids.
// 'self' covers ws: and wss: in today's browsers; Safari before 15.4 wants the host by name.
function contentSecurityPolicy(host: string | null, elsewhere = ""): string {
  return [
    "default-src 'none'",
    dev ? "script-src 'self' 'unsafe-eval' 'unsafe-inline'" : "script-src 'self'",
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
  // Images are served as they are: sharp is not needed at run time.
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
      has: [{ type: "header", key: "host", value: "(?<host>[a-z0-9-]+\\.trycloudflare\\.com)" }],
      headers: [{ key: "Content-Security-Policy", value: contentSecurityPolicy(":host", QUICK_TUNNELS) }],
    },
  ],
};

export default config;
