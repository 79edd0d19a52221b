// A call between a professional on this machine and a client whose browser reaches nothing but the tunnel.
import assert from 'node:assert/strict';
import { enterCall, openAsClient, Professional } from './consulting.mjs';
import { links } from './links.mjs';
import { stack } from './stack.mjs';

/** Whether the stack is ready and carries media over its tunnel. */
export const hasMedia = ({ phase, layers }) => phase === 'ready' && layers.some(({ layer, state }) => layer === 'media' && state === 'ok');

/** Takes LiveKit's address away from phones, until `stack.restoreDefault()`. */
export async function onlyTunnel() {
  await stack.switchTo({ settings: { HOST_IP: '127.0.0.1' } }); // LiveKit gives phones no address that they reach
  await stack.status(hasMedia);
}

export class TunnelCall {
  constructor(link, professional, client) {
    Object.assign(this, { link, professional, client });
  }

  /** Both have opened a new link and are in its lobby. `options`: of the client's visitor. */
  static async inLobby(desk, phone, options) {
    const link = await links.made();
    const professional = await Professional.signsIn(await desk.visitor('Dra. Ana'));
    await professional.enters(link.token);
    await professional.visitor.sees('lobby');
    const client = await phone.visitor('Bia', { locale: 'pt-BR', ...options });
    await openAsClient(client, link.consultationUrl);
    return new TunnelCall(link, professional.visitor, client);
  }

  get both() {
    return [this.client, this.professional];
  }

  /** The client's lobby names what its browser lacks over the tunnel, and nothing where it lacks nothing. */
  async lobbyNames(missing) {
    if (missing.length) await this.client.sees('tunnel-limits', 'data-missing', missing.join(' '));
    else assert.equal(await this.client.part('tunnel-limits').count(), 0, 'the lobby names something');
  }

  async begins() {
    await enterCall(this.professional);
    await enterCall(this.client);
  }

  /** Pictures move and sound is heard, both ways except for what the client's browser lacks. */
  async works(missing = []) {
    const { client, professional } = this;
    if (!missing.includes('receive_video')) await client.seesMovingVideo(1);
    if (!missing.includes('send_video')) await professional.seesMovingVideo(1);
    if (!missing.includes('receive_audio')) await isHeard(client);
    if (!missing.includes('send_audio')) await isHeard(professional);
  }

  /** The client leaves; the link and both pages are closed. */
  async ends() {
    await this.client.part('leave').click();
    await this.professional.sees('waiting');
    await links.revoke(this.link.token);
    for (const each of this.both) await each.page.context().close();
  }
}

async function isHeard(visitor) {
  assert.ok(await visitor.hears() >= 0.01, `${visitor.name} hears nothing`);
}
