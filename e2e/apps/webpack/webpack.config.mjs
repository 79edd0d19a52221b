// ALLOWED_HOSTS: what a person writes into devServer.allowedHosts, separated by spaces. Hot reload
// then asks for the server's own port, unless its address is taken from the page.
const hosts = process.env.ALLOWED_HOSTS;

export default {
  mode: "development",
  entry: "/apps/webpack/main.js",
  devServer: { host: "0.0.0.0", port: 3000, static: "/apps/webpack/public", ...(hosts ? { allowedHosts: hosts.split(" "), client: { webSocketURL: "auto://0.0.0.0:0/ws" } } : {}) },
};
