// One program with many behaviours; the argument selects one. It stands for apps whose framework
// does not matter.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const manner = process.argv[2] ?? 'plain';
const PORT = Number(process.env.PORT || 3000);
const HOST = process.env.HOST || '0.0.0.0';
const DELAY_MS = Number(process.env.DELAY_MS || 0);

const page = (answer, body, status = 200, headers = {}) => {
  answer.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers });
  answer.end(`<!doctype html><title>${manner}</title>${body}`);
};
const works = (answer) => page(answer, '<h1>It works</h1>');
const sends = (answer, location, status = 302) => page(answer, '', status, { location });

const MANNERS = {
  plain: (_, answer) => works(answer),

  // A login wall and its answers.
  login: ({ path, method }, answer) => {
    if (path === '/login' && method === 'POST') return sends(answer, '/home', 303);
    if (path === '/login') return page(answer, '<form method="post"><button>Sign in</button></form>');
    return path === '/home' ? works(answer) : sends(answer, '/login');
  },
  basic: ({ headers }, answer) => (headers.authorization ? works(answer) : page(answer, 'Sign in first', 401, { 'www-authenticate': 'Basic realm="app"' })),
  unauthorized: (_, answer) => page(answer, '<h1>Please sign in</h1><form><input name="user"></form>', 401),
  form403: (_, answer) => page(answer, '<form method="post" action="/login"><input name="user"><button>Sign in</button></form>', 403),
  forbidden: (_, answer) => page(answer, '<h1>Members only</h1>', 403),
  cookie: ({ headers, path }, answer) => {
    if (/session=1/.test(headers.cookie ?? '')) return works(answer);
    return page(answer, '', 302, { location: path, 'set-cookie': 'session=1; Path=/; Secure; HttpOnly; SameSite=Lax' });
  },

  // Redirects, and where they lead.
  sso: ({ headers }, answer) => {
    const back = `${process.env.CALLBACK || `https://${headers.host}`}/callback`;
    sends(answer, `https://login.example.net/authorize?redirect_uri=${encodeURIComponent(back)}`);
  },
  port: ({ headers }, answer) => sends(answer, `https://${headers.host.split(':')[0]}:8000/`, 301),
  assets: (_, answer) => page(answer, '<script src="http://localhost:3000/app.js"></script><h1>It works</h1>'),
  private: (_, answer) => sends(answer, 'http://192.168.1.20:3000/'),
  container: (_, answer) => sends(answer, 'http://web:3000/'),
  refresh: (_, answer) => page(answer, '<meta http-equiv="refresh" content="0; url=http://localhost:3000/">'),
  long: ({ path }, answer) => {
    const step = Number(path.slice(1) || 0);
    return step < 4 ? sends(answer, `/${step + 1}`) : works(answer);
  },

  // The page at /.
  subpath: ({ path }, answer) => (path.startsWith('/portal') ? works(answer) : page(answer, '<h1>This page could not be found</h1>', 404)),
  nothing: (_, answer) => page(answer, '<h1>Cannot GET /</h1>', 404),
  empty: (_, answer) => answer.writeHead(204).end(),

  // The app's own errors.
  error: (_, answer) => page(answer, '<h1>Could not connect to the database at db:5432</h1>', 500),
  busy429: (_, answer) => page(answer, '<h1>Rate limit exceeded</h1>', 429, { 'retry-after': '60' }),
  maintenance: (_, answer) => page(answer, '<h1>Down for maintenance</h1>', 503),

  // Delays.
  slow: (_, answer) => void setTimeout(works, DELAY_MS, answer),
  slowpage: ({ path }, answer) => (path === '/health' ? works(answer) : void setTimeout(works, DELAY_MS, answer)),
  worker: ({ path }, answer) => {
    // One worker: while it works it answers no other request.
    if (path === '/work') for (const end = Date.now() + DELAY_MS; Date.now() < end; );
    return works(answer);
  },
  slowstart: (_, answer) => works(answer),
  late: ({ path }, answer) => (path === '/report' ? void setTimeout(works, DELAY_MS, answer) : works(answer)),

  // Streams, and paths that Sidelink uses too.
  events: ({ path }, answer) => {
    if (path !== '/events') return page(answer, '<h1>It works</h1><ol id="list"></ol><script>new EventSource("/events").onmessage=({data})=>list.append(data)</script>');
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    const beat = setInterval(() => answer.write(`data: ${Date.now()}\n\n`), 1000);
    answer.on('close', () => clearInterval(beat));
  },
  stream: ({ path }, answer) => {
    if (path !== '/stream') return works(answer);
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.end('{"token":"hi"}\n');
  },
  endless: (_, answer) => {
    // Streamed HTML that never ends: it counts as a page.
    answer.writeHead(200, { 'content-type': 'text/html' });
    answer.write('<!doctype html><h1>It works</h1>');
  },
  hsts: (_, answer) => page(answer, '<h1>It works</h1>', 200, { 'strict-transport-security': 'max-age=31536000; includeSubDomains; preload' }),
};

// A service worker that opens the page from its cache, and the page of docs/your-app.md that shows
// when its address has ended.
const WORKER = `
addEventListener("install", (event) => event.waitUntil(caches.open("pages").then((cache) => cache.addAll(["/", "/client/index.js"])).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== location.origin || /^\\/(runtime-config|sidelink\\/|rtc|stream)/.test(pathname)) return; // the browser asks
  event.respondWith(fetch(event.request).then(keep(event.request)).catch(() => caches.match(event.request)));
});
const keep = (request) => async (answer) => {
  if (!answer.ok) return (await caches.match(request)) ?? answer;
  await (await caches.open("pages")).put(request, answer.clone());
  return answer;
};`;
const KEPT = `<h1>It works</h1><p id="notice" hidden></p><script type="module">
import { runtimeConfig } from "/client/index.js";
const notice = document.getElementById("notice");
runtimeConfig().subscribe(({ config, connection }) => {
  if (connection.kind === "connected" && config?.publicUrl) localStorage.setItem("public-url", config.publicUrl);
  const latest = localStorage.getItem("public-url") ?? location.origin;
  notice.hidden = connection.kind !== "gone";
  notice.textContent = new URL(latest).origin === location.origin ? "This address has ended. Ask for a new link." : "This page is now at " + latest;
});
navigator.serviceWorker.register("/sw.js");
</script>`;
MANNERS.kept = ({ path }, answer) => {
  const script = (body) => answer.writeHead(200, { 'content-type': 'text/javascript' }).end(body);
  if (path === '/sw.js') return script(WORKER);
  if (/^\/client\/[a-z/-]+\.js$/.test(path)) return script(readFileSync(path)); // mounted there
  return page(answer, KEPT);
};

const server = createServer((request, answer) => {
  const [path] = request.url.split('?');
  console.log(request.method, request.url, 'host:', request.headers.host, 'proto:', request.headers['x-forwarded-proto']);
  MANNERS[manner]({ path, method: request.method, headers: request.headers }, answer);
});

// A chat over a WebSocket, with every behaviour.
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGWINCH']) process.on(signal, () => process.exit(0));
if (!MANNERS[manner]) throw new Error(`${manner} is not a behaviour`);
setTimeout(() => server.listen(PORT, HOST), manner === 'slowstart' ? DELAY_MS : 0);
