import { defineConfig } from "vite";

// `npm run dev` beside running services: forwards Sidelink's routes to its gateway.
const gateway = { target: process.env.SIDELINK_ORIGIN ?? "http://localhost:8080", ws: true };

export default defineConfig({
  build: { chunkSizeWarningLimit: 1_000 }, // livekit-client
  server: {
    port: 3000,
    proxy: { "/runtime-config": gateway, "/sidelink": gateway, "/rtc": gateway },
  },
});
