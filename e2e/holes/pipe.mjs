// Passes connections on: node pipe.mjs <from> <to>. A number is a TCP port of 127.0.0.1 in the network namespace of the
// process, anything else a Unix socket, which every namespace shares.
import { connect, createServer } from 'node:net';
import { pathToFileURL } from 'node:url';

const place = (text) => (/^\d+$/.test(text) ? { host: '127.0.0.1', port: Number(text) } : { path: text });

export function pipe(from, to) {
  const server = createServer((near) => {
    const far = connect(place(to));
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  return new Promise((resolve, reject) => server.once('error', reject).listen(place(from), () => resolve(server)));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await pipe(...process.argv.slice(2));
  console.log('ready');
}
