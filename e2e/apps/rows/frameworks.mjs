// Frameworks as their documentation starts them, without and with the settings that a tunnel needs.
import { django, express, fastapi, flask, go, nextStart, nginx, php, rails, sinatra, wordpress } from '../services.mjs';
import { posts } from '../visit.mjs';

const TUNNEL = '.trycloudflare.com';

export const frameworks = [
  {
    name: 'django-default', what: 'Django, `ALLOWED_HOSTS` as `startproject` leaves it', slice: true,
    app: django({ DEBUG: '1' }), verdict: 'broken', reports: ['400', 'ALLOWED_HOSTS'], phone: { status: 400, shows: 'ALLOWED_HOSTS' },
  },
  {
    name: 'django-hosts', what: 'Django, `ALLOWED_HOSTS` with the tunnel and localhost',
    app: django({ ALLOWED_HOSTS: `${TUNNEL} localhost` }), verdict: 'ready', phone: { shows: 'Django works' },
  },
  {
    name: 'django-only-the-tunnel', what: 'Django, `ALLOWED_HOSTS` with the tunnel only',
    app: django({ ALLOWED_HOSTS: TUNNEL }), verdict: 'ready', phone: { shows: 'Django works' },
  },
  {
    name: 'django-only-the-tunnel-cold', what: 'the same at the first `docker compose up`, before the tunnel has a name', cold: true,
    app: django({ ALLOWED_HOSTS: TUNNEL }), verdict: 'ready', phone: { shows: 'Django works' },
  },
  {
    name: 'django-ssl', what: 'Django, `SECURE_SSL_REDIRECT` without `SECURE_PROXY_SSL_HEADER`',
    app: django({ ALLOWED_HOSTS: '*', SSL_REDIRECT: '1' }), verdict: 'broken', reports: ['SECURE_PROXY_SSL_HEADER'], phone: { error: 'ERR_TOO_MANY_REDIRECTS' },
  },
  {
    name: 'django-ssl-proxy', what: 'Django, `SECURE_SSL_REDIRECT` with `SECURE_PROXY_SSL_HEADER`',
    app: django({ ALLOWED_HOSTS: '*', SSL_REDIRECT: '1', PROXY_HEADER: '1' }), verdict: 'ready', phone: { shows: 'Django works' },
  },
  {
    name: 'django-form', what: 'Django, a form with CSRF protection behind `SECURE_PROXY_SSL_HEADER`',
    app: django({ ALLOWED_HOSTS: '*', PROXY_HEADER: '1' }), verdict: 'ready', phone: { path: '/form', does: posts, shows: 'The form was taken' },
  },
  {
    name: 'django-login', what: 'Django, everything behind a login', slice: true,
    app: django({ ALLOWED_HOSTS: '*', LOGIN: '1' }), verdict: 'ready', phone: { shows: 'Log in', at: '/accounts/login/?next=/' },
  },
  { name: 'flask', what: 'Flask', app: flask({}), verdict: 'ready', phone: { shows: 'Flask works' } },
  {
    name: 'flask-external', what: 'Flask, a redirect by `url_for(…, _external=True)`, without `ProxyFix`',
    app: flask({ EXTERNAL: '1' }), verdict: 'broken', reports: ['http://', 'X-Forwarded-Proto'],
  },
  {
    name: 'flask-proxy-fix', what: 'Flask, the same with `ProxyFix`',
    app: flask({ EXTERNAL: '1', PROXY_FIX: '1' }), verdict: 'ready', phone: { shows: 'Log in' },
  },
  {
    name: 'fastapi', what: 'FastAPI, an API: 404 at `/`, no label', app: fastapi({}),
    verdict: 'broken', reports: ['404', 'sidelink.health-path'], phone: { status: 404, shows: 'Not Found' },
  },
  {
    name: 'fastapi-health', what: 'FastAPI, 404 at `/`, with `sidelink.health-path: /health`', slice: true, app: fastapi({ 'sidelink.health-path': '/health' }),
    verdict: 'limited', reports: ['404'], phone: { path: '/docs', shows: '' },
  },
  {
    name: 'fastapi-page', what: 'FastAPI, 404 at `/`, with `sidelink.page-path: /docs`', app: fastapi({ 'sidelink.page-path': '/docs' }),
    verdict: 'ready', phone: { path: '/health', shows: 'ok' },
  },
  {
    name: 'sinatra-development', what: 'Sinatra in development: host authorization', app: sinatra({ APP_ENV: 'development' }),
    verdict: 'broken', reports: ['Host not permitted', 'permitted_hosts'], phone: { status: 403, shows: 'Host not permitted' },
  },
  {
    name: 'sinatra-permitted', what: 'Sinatra in development, `permitted_hosts` with the tunnel',
    app: sinatra({ APP_ENV: 'development', PERMITTED_HOSTS: `${TUNNEL} localhost` }), verdict: 'ready', phone: { shows: 'Sinatra works' },
  },
  {
    name: 'rails-development', what: 'Rails in development: `config.hosts`', app: rails({ RAILS_ENV: 'development' }),
    verdict: 'broken', reports: ['config.hosts'], phone: { status: 403, shows: 'Blocked host' },
  },
  {
    name: 'rails-hosts', what: 'Rails in development, `config.hosts` with the tunnel; a form with CSRF protection',
    app: rails({ RAILS_ENV: 'development', HOSTS: TUNNEL }), verdict: 'ready', phone: { does: posts, shows: 'The form was taken' },
  },
  {
    name: 'rails-force-ssl', what: 'Rails in production, `force_ssl`', slice: true,
    app: rails({ RAILS_ENV: 'production', FORCE_SSL: '1' }), verdict: 'ready', phone: { shows: 'Rails works' },
  },
  { name: 'express', what: 'Express', app: express({}), verdict: 'ready', phone: { shows: 'Express works' } },
  {
    name: 'express-https', what: 'Express that redirects to https, without `trust proxy`',
    app: express({ FORCE_HTTPS: '1' }), verdict: 'broken', reports: ['trust proxy'], phone: { error: 'ERR_TOO_MANY_REDIRECTS' },
  },
  {
    name: 'express-trust-proxy', what: 'Express that redirects to https, with `trust proxy`',
    app: express({ FORCE_HTTPS: '1', TRUST_PROXY: '1' }), verdict: 'ready', phone: { shows: 'Express works' },
  },
  {
    name: 'express-app-url', what: 'Express whose `APP_URL` is http://localhost:3000',
    app: express({ APP_URL: 'http://localhost:3000' }), verdict: 'broken', reports: ['http://localhost:3000/login', 'APP_URL'], phone: { error: 'ERR_' },
  },
  { name: 'next-start', what: 'Next.js 16, `next start`', app: nextStart({}), verdict: 'ready', phone: { shows: 'Next.js works', interactive: true } },
  {
    name: 'next-auth', what: 'Next.js 16, `NEXTAUTH_URL` is http://localhost:3000', slice: true,
    app: nextStart({ NEXTAUTH_URL: 'http://localhost:3000' }), verdict: 'broken', reports: ['http://localhost:3000/login', 'NEXTAUTH_URL'], phone: { error: 'ERR_' },
  },
  { name: 'php-apache', what: 'PHP in Apache', app: php(), verdict: 'ready', phone: { shows: 'PHP works' } },
  {
    name: 'wordpress-home', what: 'WordPress, installed as http://localhost:8000',
    app: wordpress({}), verdict: 'broken', reports: [':8000/', 'WP_HOME'], phone: { error: 'ERR_' },
  },
  {
    name: 'wordpress-host', what: 'WordPress, `WP_HOME` and `WP_SITEURL` taken from the request',
    app: wordpress({ WP_FROM_HOST: '1' }), verdict: 'ready', phone: { shows: 'WordPress works' },
  },
  { name: 'nginx-static', what: 'nginx, static files', app: nginx('static.conf'), verdict: 'ready', phone: { shows: 'nginx works' } },
  {
    name: 'nginx-directory', what: 'nginx, a folder without an index page', app: nginx('site.conf'),
    verdict: 'limited', reports: ['403'], phone: { status: 403, shows: '403 Forbidden' },
  },
  {
    name: 'nginx-other-name', what: 'nginx that closes connections for names other than its own', app: nginx('named.conf'),
    verdict: 'broken', reports: ['server_name'], phone: { status: 502 },
  },
  { name: 'go-scratch', what: 'a Go program in `scratch`, no HEALTHCHECK', app: go({ healthcheck: { disable: true } }), verdict: 'ready', phone: { shows: 'Go works' } },
  {
    name: 'go-healthcheck', what: 'a Go program in `scratch`, a HEALTHCHECK that needs a shell and curl', slice: true,
    app: go({}), verdict: 'ready', warns: ['healthcheck'], phone: { shows: 'Go works' },
  },
];
