// The bridge, as its metrics show it.
import { stack } from './stack.mjs';

/** What the bridge counts, by name. */
export async function bridgeCounts() {
  const { NetworkSettings: { Networks } } = await stack.inspect('bridge');
  const [{ IPAddress }] = Object.values(Networks);
  const text = await (await fetch(`http://${IPAddress}:8791/metrics`)).text();
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => line.split(' ')).map(([name, value]) => [name.replace(/^sidelink_bridge_|_total$/g, ''), Number(value)]));
}
