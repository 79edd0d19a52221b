// A phone and a home behind routers with NAT, and nothing between them but an internet: network namespaces of this
// machine. Media can pass only as the routers let it.
//
//   phone (container) ── phone network ── phone router ── internet ── home router ── home network ── desk (container)
//                                                       STUN, TURN                       └ host ── (inner) ── LiveKit
import { run } from '../support/process.mjs';

const PREFIX = 'sidelink-holes-';
export const STUN = '203.0.113.1';
export const TURN = '203.0.113.2';
export const HOME = '203.0.113.10';
const PHONE = '203.0.113.20';
export const HOST = '192.168.1.2';
const INNER = '172.17.0.2';

const ip = async (...args) => (await run('ip', args)).stdout;
const full = (name) => PREFIX + name;
/** What precedes a program that has to run in this namespace. */
export const inside = (name) => ['ip', 'netns', 'exec', full(name)];
const iptables = (name, rule) => run('ip', ['netns', 'exec', full(name), 'iptables', '--wait', ...rule.split(' ')]);

async function namespace(name) {
  await ip('netns', 'add', full(name));
  await ip('-n', full(name), 'link', 'set', 'lo', 'up');
}

/** Forwards packets between its networks. */
async function router(name) {
  await namespace(name);
  await run('ip', ['netns', 'exec', full(name), 'sysctl', '--quiet', '--write', 'net.ipv4.ip_forward=1']);
}

/** Linux allows 15 characters. */
const portOf = (network, end) => `${network}-${end}`.slice(0, 15);

/** The same for each case, because neighbours remember it. */
const macOf = (address) => ['02', '00', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');

/** Connects an interface of `end` (a namespace or a process's id) to a network of the switch. */
async function wire(network, end, name, address, gateway) {
  const port = portOf(network, end);
  const isProcess = typeof end === 'number';
  const there = (...args) => (isProcess ? run('nsenter', ['--target', String(end), '--net', 'ip', ...args]) : ip('-n', full(end), ...args));
  const peer = ['name', name, 'address', macOf(address), 'netns', isProcess ? String(end) : full(end)];
  await ip('-n', full('switch'), 'link', 'add', port, 'type', 'veth', 'peer', ...peer);
  await ip('-n', full('switch'), 'link', 'set', port, 'master', network, 'up');
  await there('address', 'add', `${address}/24`, 'dev', name);
  await there('link', 'set', name, 'up');
  if (gateway) await there('route', 'add', 'default', 'via', gateway);
}

/** The networks without routers, and in them the browsers and the TURN server. */
export async function buildNetworks({ phone, desk, turn }) {
  await namespace('switch');
  for (const network of ['internet', 'home', 'phone']) {
    await ip('-n', full('switch'), 'link', 'add', network, 'type', 'bridge');
    await ip('-n', full('switch'), 'link', 'set', network, 'up');
  }
  await ip('-n', full('switch'), 'address', 'add', `${STUN}/24`, 'dev', 'internet');
  await wire('internet', turn, 'eth0', TURN);
  await wire('phone', phone, 'eth0', '192.168.2.2', '192.168.2.1');
  await wire('home', desk, 'eth0', '192.168.1.3', '192.168.1.1');
}

const PER_CASE = ['phone-router', 'home-router', 'host', 'inner'];
const PORTS = [['internet', 'phone-router'], ['phone', 'phone-router'], ['internet', 'home-router'], ['home', 'home-router'], ['home', 'host']];

/**
 * The routers of one case, and the place of LiveKit. `phone` and `home`: whether the router keeps a connection's port or
 * takes a random one. `open`: the home's router answers for its closed ports, instead of dropping the packet. `inner`:
 * LiveKit is behind a second NAT, as in Docker. Returns the namespace of LiveKit.
 */
export async function buildRouters({ phone = 'keeps', home = 'keeps', open = false, inner = false }) {
  await removeRouters();
  for (const [name, network, address, nat] of [['phone-router', 'phone', PHONE, phone], ['home-router', 'home', HOME, home]]) {
    await router(name);
    await wire('internet', name, 'wan', address);
    await wire(network, name, 'lan', network === 'home' ? '192.168.1.1' : '192.168.2.1');
    await iptables(name, `-t nat -A POSTROUTING -o wan -j MASQUERADE${nat === 'random' ? ' --random-fully' : ''}`);
    await iptables(name, '-A FORWARD -i wan -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP');
    if (!(open && name === 'home-router')) await iptables(name, '-A INPUT -i wan -j DROP');
  }
  await router('host');
  await wire('home', 'host', 'eth0', HOST, '192.168.1.1');
  return inner ? buildInner() : 'host';
}

async function buildInner() {
  await namespace('inner');
  await ip('-n', full('host'), 'link', 'add', 'inner', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', full('inner'));
  for (const [name, link, address] of [['host', 'inner', '172.17.0.1'], ['inner', 'eth0', INNER]]) {
    await ip('-n', full(name), 'address', 'add', `${address}/16`, 'dev', link);
    await ip('-n', full(name), 'link', 'set', link, 'up');
  }
  await ip('-n', full('inner'), 'route', 'add', 'default', 'via', '172.17.0.1');
  await iptables('host', '-t nat -A POSTROUTING -s 172.17.0.0/16 -o eth0 -j MASQUERADE');
  await iptables('host', `-t nat -A PREROUTING -i eth0 -p udp --dport 7882 -j DNAT --to-destination ${INNER}:7882`);
  return 'inner';
}

/** Ends what runs in these namespaces, too. */
const remove = (names) => Promise.all(names.map(async (name) => {
  const { stdout } = await run('ip', ['netns', 'pids', full(name)], { fine: true });
  await run('kill', ['-s', 'KILL', ...stdout.split('\n').filter(Boolean)], { fine: true });
  await run('ip', ['netns', 'delete', full(name)], { fine: true });
}));

async function removeRouters() {
  // A namespace is deleted in the background; its ports have to be gone before the next case.
  for (const [network, end] of PORTS) await run('ip', ['-n', full('switch'), 'link', 'delete', portOf(network, end)], { fine: true });
  await remove(PER_CASE);
}

export const removeAll = () => remove([...PER_CASE, 'switch']);
