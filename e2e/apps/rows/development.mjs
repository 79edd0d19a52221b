// Development servers, the real ones.
import { nextDev, vite, webpack } from '../services.mjs';
import { editsNext, editsVite, editsWebpack } from '../visit.mjs';

export const development = [
  {
    name: 'vite-default', what: 'Vite 8, `vite --host`', slice: true,
    app: vite({}), verdict: 'broken', reports: ['server.allowedHosts'], phone: { status: 403, shows: 'Blocked request' },
  },
  {
    name: 'vite-allowed', what: 'Vite 8, `server.allowedHosts` with the tunnel: hot reload',
    app: vite({ ALLOWED_HOSTS: '.trycloudflare.com' }), verdict: 'ready', phone: { shows: 'Vite was edited', interactive: true, does: editsVite },
  },
  {
    name: 'next-dev', what: 'Next.js 16, `next dev`',
    app: nextDev({}), verdict: 'limited', reports: ['allowedDevOrigins'], phone: { shows: 'Next.js works', interactive: false },
  },
  {
    name: 'next-dev-allowed', what: 'Next.js 16, `next dev`, `allowedDevOrigins` with the tunnel: hot reload',
    app: nextDev({ ALLOWED_DEV_ORIGINS: '*.trycloudflare.com' }), verdict: 'ready', phone: { shows: 'Next.js was edited', interactive: true, does: editsNext },
  },
  {
    name: 'webpack-default', what: 'webpack-dev-server 6',
    app: webpack({}), verdict: 'broken', reports: ['allowedHosts'], phone: { status: 403, shows: 'Invalid Host header' },
  },
  {
    name: 'webpack-allowed', what: 'webpack-dev-server 6, `devServer.allowedHosts` with the tunnel and `client.webSocketURL`: hot reload',
    app: webpack({ ALLOWED_HOSTS: '.trycloudflare.com' }), verdict: 'ready', phone: { shows: 'webpack was edited', does: editsWebpack },
  },
];
