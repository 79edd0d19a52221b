import react from "@vitejs/plugin-react";

// ALLOWED_HOSTS: what a person writes into server.allowedHosts, separated by spaces.
const hosts = process.env.ALLOWED_HOSTS;

export default {
  plugins: [react()],
  server: { host: "0.0.0.0", port: 3000, strictPort: true, ...(hosts ? { allowedHosts: hosts.split(" ") } : {}) },
};
