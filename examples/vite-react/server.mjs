// Serves dist/ and, for every other path, the app's page, because the browser routes the app's
// paths.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("dist", import.meta.url));
const PAGE = join(ROOT, "index.html");
/** The gateway answers these. Without it the app gets a 404 and runs without Sidelink. */
const SIDELINKS = /^\/(runtime-config|sidelink)\b/;
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Call migration connects to the new hostname of a quick tunnel.
  "connect-src 'self' https://*.trycloudflare.com wss://*.trycloudflare.com",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** The file that `url` names inside dist/, or null. */
async function fileAt(url) {
  try {
    const path = normalize(decodeURIComponent(new URL(url, "http://any").pathname));
    const file = join(ROOT, path);
    return file.startsWith(ROOT) && (await stat(file)).isFile() ? file : null;
  } catch {
    return null;
  }
}

const server = createServer(async (request, response) => {
  if (request.method !== "GET" && request.method !== "HEAD") return response.writeHead(405, { allow: "GET, HEAD" }).end();
  if (SIDELINKS.test(request.url)) return response.writeHead(404).end();
  const file = (await fileAt(request.url)) ?? PAGE;
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    // Vite puts a hash of its content into each name under assets/.
    "cache-control": file.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-store",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  if (request.method === "HEAD") return response.end();
  createReadStream(file).on("error", () => response.destroy()).pipe(response);
});

server.listen(3000, "0.0.0.0");
process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
});
