import { defineConfig } from "vite";

// `npm run dev` beside a running stack: what Sidelink answers comes from its gateway.
const gateway = { target: process.env.SIDELINK_ORIGIN ?? "http://localhost:8080", ws: true };

export default defineConfig({
  build: { chunkSizeWarningLimit: 1_000 }, // livekit-client
  server: {
    port: 3000,
    proxy: { "/runtime-config": gateway, "/sidelink": gateway, "/rtc": gateway },
  },
});
