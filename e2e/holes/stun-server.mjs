// A STUN server (RFC 8489) in the network namespace of the process: node stun-server.mjs <address> <port>.
import { createSocket } from 'node:dgram';

const MAGIC_COOKIE = [0x21, 0x12, 0xa4, 0x42];
const [address, port] = process.argv.slice(2);

const socket = createSocket('udp4');
socket.on('message', (request, { address: from, port: fromPort }) => {
  if (request.readUInt16BE(0) !== 0x0001) return;
  const masked = from.split('.').map((part, at) => part ^ MAGIC_COOKIE[at]);
  const maskedPort = fromPort ^ 0x2112;
  const attribute = Buffer.from([0x00, 0x20, 0, 8, 0, 1, maskedPort >> 8, maskedPort & 0xff, ...masked]);
  socket.send(Buffer.concat([Buffer.from([0x01, 0x01, 0, attribute.length]), request.subarray(4, 20), attribute]), fromPort, from);
});
socket.bind(Number(port), address, () => console.log('ready'));
