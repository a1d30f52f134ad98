import { readFileSync } from 'node:fs';
import https from 'node:https';

/** Health check of a container: one request with the process's own certificate; any 2xx is health. */
function probe(url: string): void {
  const file = (name: string): Buffer => readFileSync(process.env[name] ?? '');
  const request = https.get(
    url,
    {
      ca: file('HOLDFAST_CA_FILE'),
      cert: file('HOLDFAST_CERT_FILE'),
      key: file('HOLDFAST_KEY_FILE'),
      timeout: 4_000,
    },
    (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      process.exitCode = status >= 200 && status < 300 ? 0 : 1;
    },
  );
  request.on('timeout', () => request.destroy(new Error('no answer within 4 s')));
  request.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

probe(process.argv[2] ?? '');
