import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { PartStatus, PlatformStatus } from './status';

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;
color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}ul{list-style:none;padding:0}li{padding:.5rem 0;border-top:1px solid #ddd}
b{display:inline-block;min-width:5rem}.works b{color:#17692d}.slowed b,.degraded b{color:#8a5a00}.away b{color:#a11212}
p{margin:.2rem 0;color:#444}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}li{border-color:#333}p{color:#bbb}
.works b{color:#6fd08c}.slowed b,.degraded b{color:#e8b85a}.away b{color:#ff8a80}}`;

const digest = createHash('sha256').update(style).digest('base64');
const policy = `default-src 'none'; style-src 'sha256-${digest}'; frame-ancestors 'none'`;

const headings: Readonly<Record<PlatformStatus['state'], string>> = {
  works: 'Everything works',
  degraded: 'Some things do not work',
  away: 'Sagas can be neither started nor looked at',
};

const words = { works: 'works', slowed: 'slowed', away: 'away' } as const;

function item({ name, state, text }: PartStatus): string {
  const means = text === '' ? '' : `<p>${text}</p>`;
  return `<li class="${state}"><b>${words[state]}</b> ${name}${means}</li>`;
}

/** The page; it loads itself again every ten seconds, and no script runs in it. */
export function statusHtml({ state, parts, asOf }: PlatformStatus): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>Holdfast: ${headings[state]}</title>
<style>${style}</style>
</head>
<body>
<h1 class="${state}">${headings[state]}</h1>
<ul>
${parts.map(item).join('\n')}
</ul>
<p>As of <time>${asOf}</time>. The same as JSON:
<code>GET /status</code> with <code>Accept: application/json</code>.</p>
</body>
</html>
`;
}

/** Answers browsers at `/status`; whoever wants JSON is left to the operation. */
export function statusPage(status: () => Promise<PlatformStatus>): RequestHandler {
  return async (request, response, next) => {
    const wantsPage = request.accepts(['json', 'html']) === 'html';
    const isLook = ['GET', 'HEAD'].includes(request.method) && request.path === '/';
    if (!wantsPage || !isLook) {
      next();
      return;
    }
    const html = statusHtml(await status());
    response.set('content-security-policy', policy).type('text/html').send(html);
  };
}
