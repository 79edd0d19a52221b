// Runs programs and reads what they print.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a program to its end. Rejects on another exit code than 0, unless any is `fine`. */
export function run(program, args, { fine = false, env = {}, input = '', cwd = repository } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
    const out = { code: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => (out.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (out.stderr += text));
    child.on('error', reject);
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(input);
    child.on('close', (code) => {
      out.code = code;
      if (code === 0 || fine) return resolve(out);
      reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${out.stdout}${out.stderr}`));
    });
  });
}

/**
 * Runs a program that follows something: `onText` gets everything printed so far. Returns a
 * function that ends it.
 */
export function follow(program, args, { env = {}, onText, onEnd = () => {} }) {
  const child = spawn(program, args, { cwd: repository, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more) => onText((text += more)));
  }
  child.on('error', onEnd);
  child.on('close', (code) => onEnd(new Error(`${program} ${args.join(' ')} ended with ${code}: ${text.slice(-500)}`)));
  return () => child.kill();
}

/**
 * The promise, or an error that names what was awaited. The limit is generous: no test fails on a
 * time.
 */
export function within(seconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${seconds} s: ${what}`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
