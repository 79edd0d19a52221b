// A separate LiveKit for the test, on separate ports.
import { randomBytes } from 'node:crypto';
import { run } from '../support/process.mjs';
import { docker } from '../support/stack.mjs';
import { jwt } from './sidecar.mjs';

const IMAGE = 'livekit/livekit-server:v1.13.5';
const KEY = 'testkey';

export class LiveKit {
  static async starts({ port = 17880 } = {}) {
    const livekit = new LiveKit();
    livekit.port = port;
    livekit.secret = randomBytes(24).toString('hex');
    livekit.name = `sidelink-e2e-livekit-${randomBytes(4).toString('hex')}`;
    const config = [`port: ${port}`, 'bind_addresses: [127.0.0.1]', 'rtc:', `  tcp_port: ${port + 1}`, `  udp_port: ${port + 2}`, '  use_external_ip: false',
      '  interfaces: { includes: [lo] }', // not a bridge that remains from an earlier engine
      '  node_ip: 127.0.0.1', '  enable_loopback_candidate: true', 'keys:', `  ${KEY}: ${livekit.secret}`, 'logging: { level: error }'].join('\n');
    await docker('run', '--detach', '--name', livekit.name, '--label', 'sidelink.e2e=livekit', '--network', 'host', '--env', `LIVEKIT_CONFIG=${config}`, IMAGE);
    await livekit.answers();
    return livekit;
  }

  async answers() {
    for (let tries = 0; tries < 200; tries += 1) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('LiveKit does not answer');
  }

  get url() {
    return undefined; // through the gateway, as every visitor
  }

  token({ room, maxParticipants }, identity, name) {
    const now = Math.floor(Date.now() / 1000);
    return jwt({
      iss: KEY, sub: identity, name, nbf: now - 5, exp: now + 600, video: { roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: true },
      roomConfig: { maxParticipants },
    }, this.secret);
  }

  /** Calls `RoomService` as an administrator. */
  async service(method, body) {
    const now = Math.floor(Date.now() / 1000);
    const token = jwt({ iss: KEY, nbf: now - 5, exp: now + 60, video: { roomAdmin: true, roomCreate: true, roomList: true, room: body.room } }, this.secret);
    const answer = await fetch(`http://127.0.0.1:${this.port}/twirp/livekit.RoomService/${method}`, {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async stops() {
    await run('docker', ['rm', '--force', this.name], { fine: true });
  }
}
