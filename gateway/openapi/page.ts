import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RequestHandler } from 'express';

/** Files of Swagger UI that the page loads; nothing comes from another host. */
const files = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
} as const;

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Holdfast API</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="page"></div>
    <p>Events of the log: <a href="/asyncapi.json">/asyncapi.json</a></p>
    <noscript>The description itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const script = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** Scripts and styles from here alone; Swagger UI draws its icons from data URLs and sets styles on elements. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Asset {
  readonly type: string;
  readonly body: Buffer | string;
}

function readAssets(): Map<string, Asset> {
  const folder = path.dirname(require.resolve('swagger-ui-dist/package.json'));
  const found = Object.entries(files).map(([name, type]): [string, Asset] => [
    name,
    { type, body: readFileSync(path.join(folder, name)) },
  ]);
  return new Map([...found, ['start.js', { type: 'text/javascript', body: script }]]);
}

/** Serves the readable page at `/docs` and its files below; anything else there is left to the next route. */
export function docsPage(): RequestHandler {
  const assets = readAssets();
  return (request, response, next) => {
    const asset = assets.get(request.path.replace(/^\//, ''));
    const isPage = request.path === '/';
    if (!['GET', 'HEAD'].includes(request.method) || (!isPage && asset === undefined)) {
      next();
      return;
    }
    response.set('content-security-policy', policy);
    if (asset === undefined) {
      response.type('text/html').send(html);
      return;
    }
    response.set('cache-control', 'public, max-age=3600');
    response.type(asset.type).send(asset.body);
  };
}
