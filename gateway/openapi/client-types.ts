import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { catalog } from '../../workflows/catalog';
import { gatewayOperations } from '../server';
import { openApiDocument } from './document';

/**
 * Types of every path, parameter, body and answer, made from the description of the gateway. The generator is run as a
 * program of its own: its package has no other entrance for CommonJS.
 */
export function clientTypes(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-client-'));
  const [input, output] = ['openapi.json', 'api.d.ts'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  try {
    const about = { catalog, issuer: 'https://issuer.example', version: '0' };
    const document = openApiDocument({ operations: gatewayOperations, ...about });
    writeFileSync(input, JSON.stringify(document));
    const manifest = require.resolve('openapi-typescript/package.json');
    const program = path.join(path.dirname(manifest), 'bin', 'cli.js');
    execFileSync(process.execPath, [program, input, '--output', output], { stdio: 'pipe' });
    return readFileSync(output, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
