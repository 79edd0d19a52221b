// An image registry on a loopback port, which Docker accepts without a certificate, and small
// images to put into it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow, run, within } from '../support/process.mjs';

const IMAGE = 'sidelink/e2e-registry:0.1.0';
const START = 20; // seconds; it takes half a second
const INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json';

export class Registry {
  #container;
  #pushed = new Set();

  /** Builds the image, starts it, and waits until it reports that it listens. */
  static async start() {
    const registry = new Registry();
    await run('docker', ['build', '--quiet', '--tag', IMAGE, 'e2e/compose/registry']);
    const { stdout } = await run('docker', ['run', '--detach', '--rm', '--tmpfs', '/registry', '--publish', '127.0.0.1::5000', IMAGE]);
    registry.#container = stdout.trim();
    let end;
    const listens = new Promise((resolve, reject) => {
      const onText = (text) => text.includes('listening on') && resolve();
      end = follow('bash', ['-c', 'exec docker logs --follow "$0" 2>&1', registry.#container], { onText, onEnd: reject });
    });
    await within(START, 'the registry listens', listens).finally(() => end());
    const port = (await run('docker', ['port', registry.#container, '5000/tcp'])).stdout.trim().split(':').at(-1);
    registry.host = `localhost:${port}`;
    return registry;
  }

  /** Puts an image of one file there, and returns its digest. */
  async push(image, content) {
    const folder = await mkdtemp(join(tmpdir(), 'sidelink-image-'));
    const reference = `${this.host}/${image}`;
    try {
      await writeFile(join(folder, 'content'), content);
      await run('bash', ['-c', 'tar -C "$0" -c content | docker import - "$1"', folder, reference]);
    } finally {
      await rm(folder, { recursive: true });
    }
    this.#pushed.add(reference);
    await run('docker', ['push', '--quiet', reference]);
    return this.digest(image);
  }

  /** Puts a copy of a local image there, with one more label, which gives it another id. Removes it here and returns that id. */
  async copy(local, image, label) {
    const reference = `${this.host}/${image}`;
    await run('docker', ['build', '--quiet', '--label', label, '--tag', reference, '-'], { input: `FROM ${local}\n` });
    this.#pushed.add(reference);
    await run('docker', ['push', '--quiet', reference]);
    const id = (await run('docker', ['image', 'inspect', '--format', '{{.Id}}', reference])).stdout.trim();
    await run('docker', ['image', 'rm', reference]);
    return id;
  }

  /** Makes the tag name an index of what it has named so far, as an image for several platforms has one. */
  async wrap(image) {
    const { url, headers, text } = await this.#manifest(image);
    const manifests = [{
      mediaType: headers.get('content-type'), digest: headers.get('docker-content-digest'), size: text.length,
      platform: { architecture: 'amd64', os: 'linux' },
    }];
    const { ok, status } = await fetch(url, {
      method: 'PUT', headers: { 'content-type': INDEX }, body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }),
    });
    if (!ok) throw new Error(`${url} answered ${status}`);
    return { index: await this.digest(image), platform: manifests[0].digest };
  }

  /** The digest that the registry reports. */
  async digest(image) {
    return (await this.#manifest(image)).headers.get('docker-content-digest');
  }

  async #manifest(image) {
    const [name, tag] = image.split(':');
    const url = `http://${this.host}/v2/${name}/manifests/${tag}`;
    const response = await fetch(url, { headers: { accept: `application/vnd.docker.distribution.manifest.v2+json, ${INDEX}` } });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return { url, headers: response.headers, text: await response.text() };
  }

  async close() {
    if (this.#container) await run('docker', ['rm', '--force', this.#container], { fine: true });
    if (this.#pushed.size) await run('docker', ['image', 'rm', '--force', ...this.#pushed], { fine: true });
  }
}
