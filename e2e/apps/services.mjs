// The service in the app's place, as a user writes it into compose.override.yaml.
const DEBIAN = 'sidelink/e2e-apps-debian:0.1.0';
const NODE = 'sidelink/e2e-apps-node:0.1.0';
const GO = 'sidelink/e2e-apps-scratch:0.1.0';

/** The port of every app, unless a row sets another. */
const PORT = '3000';

const service = (more) => ({
  pull_policy: 'never', networks: ['front'], restart: 'unless-stopped', stop_grace_period: '2s', init: true,
  ...more,
  labels: { 'sidelink.role': 'app', 'sidelink.port': PORT, ...more.labels },
});

/** Files under e2e/apps/<folder>, mounted at /<folder>. */
const mounted = (folder) => [`./e2e/apps/${folder}:/${folder}:ro`];

const debian = (folder, command, environment = {}, more = {}) =>
  service({ image: DEBIAN, volumes: mounted(folder), working_dir: `/${folder}`, command, environment, ...more });

const node = (command, environment = {}, more = {}) => service({ image: NODE, command, environment, ...more });

export const django = (environment) =>
  debian('django', ['python3', 'site.py', 'runserver', '--noreload', '0.0.0.0:3000'], { PYTHONDONTWRITEBYTECODE: '1', ...environment });
export const flask = (environment) =>
  debian('flask', ['python3', '-m', 'flask', 'run', '--host', '0.0.0.0', '--port', PORT], { PYTHONDONTWRITEBYTECODE: '1', ...environment });
export const fastapi = (labels) =>
  debian('fastapi', ['uvicorn', 'app:app', '--host', '0.0.0.0', '--port', PORT], { PYTHONDONTWRITEBYTECODE: '1' }, { labels });
export const sinatra = (environment) => debian('sinatra', ['ruby', 'app.rb'], environment);
export const rails = (environment) => debian('rails', ['puma', '-b', 'tcp://0.0.0.0:3000', 'config.ru'], environment);
export const php = () =>
  debian('php', ['sh', '-c', 'cp site.conf /etc/apache2/sites-enabled/ && mkdir -p /site && cp index.php /site/ && exec ./start.sh'], {}, { stop_signal: 'SIGWINCH', init: false });
export const wordpress = (environment) => debian('wordpress', ['./start.sh'], environment, { volumes: [] });
export const nginx = (site) =>
  debian('nginx', ['sh', '-c', `mkdir -p /site && cp -r files /site/ && cp ${site} /etc/nginx/sites-enabled/site && exec nginx -g 'daemon off;'`]);

export const express = (environment) => node(['node', '/express/app.mjs'], environment, { volumes: mounted('express') });
const next = (mode, environment) => node(['/apps/node_modules/.bin/next', mode, '-H', '0.0.0.0', '-p', PORT], environment, { working_dir: '/apps/next' });
export const nextDev = (environment) => next('dev', environment);
export const nextStart = (environment) => next('start', environment);
export const vite = (environment) => node(['/apps/node_modules/.bin/vite'], environment, { working_dir: '/apps/vite' });
export const webpack = (environment) => node(['node', 'server.mjs'], environment, { working_dir: '/apps/webpack' });

export const go = (more) => service({ image: GO, init: false, ...more });

/** The test's own program with one behaviour: manners/manners.mjs. */
export const manner = (name, environment, more) => node(['node', '/manners/manners.mjs', name], environment, { volumes: mounted('manners'), ...more });
