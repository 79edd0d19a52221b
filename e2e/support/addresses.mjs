// What a page in a call hears of addresses: functions that run in the page.

/** What comes over any data channel as `{"type":"address",…}`: LiveKit's packets hold it as it was sent. */
export function keepAddresses() {
  const all = (window.heardAddresses = []);
  const keep = (channel) => channel.addEventListener('message', async ({ data }) => {
    const text = new TextDecoder().decode(data instanceof Blob ? await data.arrayBuffer() : data);
    const [found] = /\{"[^{}]*"type":"address"[^{}]*\}|\{"type":"address"[^{}]*\}/.exec(text) ?? [];
    if (found) all.push({ message: JSON.parse(found), time: Date.now() });
    window.dispatchEvent(new Event('address-heard'));
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
export function hearsOf(publicUrl) {
  return new Promise((resolve) => {
    const look = () => {
      const found = window.heardAddresses.find(({ message }) => message.publicUrl === publicUrl);
      if (found) resolve(found);
    };
    window.addEventListener('address-heard', look);
    look();
  });
}
