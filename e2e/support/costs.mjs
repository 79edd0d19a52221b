// What containers cost, by the Docker API.
import { get } from 'node:http';

/** CPU time in ms and memory in bytes of each container, without the cache of files. */
export const costs = (names) => Promise.all(names.map(async (name) => {
  const { cpu_stats: cpu, memory_stats: memory } = await engine(`/containers/${name}/stats?stream=false&one-shot=true`);
  const cache = memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0;
  return { cpu: cpu.cpu_usage.total_usage / 1e6, memory: memory.usage - cache };
}));

/** A JSON answer. */
const engine = (path) => new Promise((resolve, reject) => {
  get({ socketPath: process.env.DOCKER_SOCK || '/var/run/docker.sock', path }, async (answer) => {
    const parts = await answer.setEncoding('utf8').toArray();
    resolve(JSON.parse(parts.join('')));
  }).on('error', reject);
});
