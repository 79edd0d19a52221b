// Separate projects beside the stack: a copy of this repository's files, another name, other ports
// and networks.
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repository, run } from '../support/process.mjs';

const sh = promisify(execFile);

/** Ports and networks that neither the stack nor another test uses. */
export const SETTINGS = {
  SIDELINK_PORT: '18080', SIDELINK_CONTROL_PORT: '18788', SIDELINK_MEDIA_TCP_PORT: '17881', SIDELINK_MEDIA_UDP_PORT: '17882',
  STAND_INS_INTERNET: '203.0.113', STAND_INS_LAN: '10.78.78', HOST_IP: '',
};

export class Project {
  #root;

  /** `name` is the Compose project, `files` are relative to its folder. */
  constructor(name, files = ['compose.yaml'], settings = {}) {
    this.name = name;
    this.files = files;
    this.settings = { ...SETTINGS, ...settings };
  }

  /** A folder with the committed and changed files, like a clone under this umask. */
  async clone(folder = 'sidelink', umask = '022') {
    this.#root ??= await mkdtemp(join(tmpdir(), 'sidelink-compose-'));
    await chmod(this.#root, 0o755);
    const into = join(this.#root, folder);
    await mkdir(into, { recursive: true });
    const copy = `umask ${umask}; cd "$1" && git ls-files -z --cached --others --exclude-standard |` +
      ` xargs -0 sh -c 'for file; do [ ! -f "$file" ] || echo "$file"; done' sh | tar -c -T - | tar -x --no-same-permissions -C "$2"; chmod "$3" "$2"`;
    await sh('bash', ['-c', copy, 'bash', repository, into, umask === '022' ? '755' : '700']);
    if (umask === '077') await sh('chmod', ['-R', 'go=', into]);
    return (this.folder = into);
  }

  async writes(file, text) {
    await mkdir(dirname(join(this.folder, file)), { recursive: true });
    await writeFile(join(this.folder, file), text);
  }

  /** `docker compose …` in the project's folder, or in another clone's. */
  compose(args, { fine = false, env = {}, folder = this.folder } = {}) {
    const files = this.files.length ? { COMPOSE_FILE: this.files.join(':') } : {};
    const names = { COMPOSE_PROJECT_NAME: this.name, COMPOSE_PATH_SEPARATOR: ':', COMPOSE_PROFILES: '', COMPOSE_PROGRESS: 'plain', COMPOSE_FILE: '' };
    return run('docker', ['compose', ...args], { fine, cwd: folder, env: { ...names, ...files, ...this.settings, ...env } });
  }

  /** Runs `init` alone. Returns its exit code and output. */
  async init(env = {}, folder = this.folder) {
    const { code, stdout, stderr } = await this.compose(['run', '--rm', '--no-deps', '--quiet-pull', 'init'], { fine: true, env, folder });
    return { code, output: stdout + stderr };
  }

  /** Containers by service: id and start time. */
  async containers() {
    const { stdout } = await run('docker', ['ps', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project=${this.name}`]);
    const ids = stdout.split('\n').filter(Boolean);
    if (!ids.length) return {};
    const all = JSON.parse((await run('docker', ['inspect', ...ids])).stdout);
    return Object.fromEntries(all.map(({ Id, State, Config }) => [Config.Labels['com.docker.compose.service'], `${Id} ${State.StartedAt}`]));
  }

  /** The container of a service that may have ended. */
  async created(service) {
    const labels = { project: this.name, service, oneoff: 'False' };
    const filters = Object.entries(labels).flatMap(([label, value]) => ['--filter', `label=com.docker.compose.${label}=${value}`]);
    const { stdout } = await run('docker', ['ps', '--all', '--quiet', '--no-trunc', ...filters]);
    return stdout.trim();
  }

  async close() {
    if (this.folder) await this.compose(['--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '2'], { fine: true });
    if (this.#root) await rm(this.#root, { recursive: true, force: true });
  }
}
