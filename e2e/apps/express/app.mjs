// Express. FORCE_HTTPS: a few lines that every tutorial has; TRUST_PROXY: the line that they need
// behind a proxy.
import { createRequire } from 'node:module';

const express = createRequire('/apps/')('express');
const app = express();

if (process.env.TRUST_PROXY) app.set('trust proxy', 1);
if (process.env.FORCE_HTTPS) {
  app.use((request, response, next) => (request.secure ? next() : response.redirect(301, `https://${request.headers.host}${request.url}`)));
}
app.get('/', (request, response) => {
  // NextAuth, Passport, Keycloak: where a visitor without a session is sent to is a setting.
  if (process.env.APP_URL) return response.redirect(`${process.env.APP_URL}/login`);
  response.send('<h1>Express works</h1>');
});
app.get('/login', (_, response) => response.send('<form method="post"><button>Log in</button></form>'));
app.listen(3000);
