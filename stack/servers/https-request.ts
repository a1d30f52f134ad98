import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { ServerContext } from './server';
import { identityFiles } from './server';

export interface Ask {
  url: string;
  /** Whose certificate is shown; `admin` unless told. */
  as?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** One HTTPS request with a certificate of ours; answers the body of a 2xx and throws otherwise. */
export function ask(context: Pick<ServerContext, 'certsDir'>, request: Ask): Promise<string> {
  const files = identityFiles(context.certsDir, request.as ?? 'admin');
  const options: https.RequestOptions = {
    method: request.method ?? 'GET',
    headers: request.headers ?? {},
    ca: readFileSync(files.ca),
    cert: readFileSync(files.crt),
    key: readFileSync(files.key),
    agent: false,
    timeout: 3_000,
  };
  return new Promise((resolve, reject) => {
    const sent = https.request(request.url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(text);
        else reject(new Error(`${request.url} answers ${status}: ${text.slice(0, 200)}`));
      });
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error(`${request.url} does not answer`)));
    sent.end(request.body === undefined ? undefined : JSON.stringify(request.body));
  });
}
