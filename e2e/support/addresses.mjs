// Addresses that a page in a call receives: functions that run in the page.

/**
 * Keeps every `{"type":"address",…}` of any data channel: LiveKit's packets contain it as it was
 * sent.
 */
export function keepAddresses() {
  const all = (window.receivedAddresses = []);
  const keep = (channel) => channel.addEventListener('message', async ({ data }) => {
    const text = new TextDecoder().decode(data instanceof Blob ? await data.arrayBuffer() : data);
    const [found] = /\{"[^{}]*"type":"address"[^{}]*\}|\{"type":"address"[^{}]*\}/.exec(text) ?? [];
    if (found) all.push({ message: JSON.parse(found), time: Date.now() });
    window.dispatchEvent(new Event('address-received'));
  });
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      this.addEventListener('datachannel', ({ channel }) => keep(channel));
    }

    createDataChannel(...args) {
      const channel = super.createDataChannel(...args);
      keep(channel);
      return channel;
    }
  };
}

/** The first message that names this address. */
export function receivesAddress(publicUrl) {
  return new Promise((resolve) => {
    const look = () => {
      const found = window.receivedAddresses.find(({ message }) => message.publicUrl === publicUrl);
      if (found) resolve(found);
    };
    window.addEventListener('address-received', look);
    look();
  });
}
