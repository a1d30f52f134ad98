import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describeFindings } from './checks/finding';
import { checkCycles, checkEnvironmentReaders, checkImports } from './checks/import-checks';
import { readImportTable } from './checks/import-table';
import { readFiles, root } from './checks/repository';
import { parseSource } from './checks/source';
import type { Source } from './checks/source';

const architecture = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
const table = readImportTable(architecture);
const isSource = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.d.ts');
const sources = readFiles(isSource).map(parseSource);

const fixture = (files: Record<string, string>): Source[] =>
  Object.entries(files).map(([file, text]) => parseSource({ file, text }));

describe('the repository keeps the import rules of ARCHITECTURE.md', () => {
  test('every file imports only what the row of its room allows', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(describeFindings(checkImports(sources, table))).toBe('');
  });

  test('only composition roots read the environment', () => {
    expect(describeFindings(checkEnvironmentReaders(sources, table))).toBe('');
  });

  test('no files import each other in a ring', () => {
    expect(describeFindings(checkCycles(sources))).toBe('');
  });
});

describe('a file that breaks an import rule is named', () => {
  test.each([
    ['a saga that reaches for a store', 'workflows/a.saga.ts', '../activities/travel/store'],
    ['a saga that reads files', 'workflows/a.saga.ts', 'node:fs'],
    [
      'a service that imports another service',
      'activities/travel/service.ts',
      '../parcels/contract',
    ],
    ['a decider that touches its database', 'activities/travel/decider.ts', 'pg'],
    ['a store with the driver of another database', 'activities/travel/store.ts', 'mongodb'],
    ['the gateway on a service', 'gateway/server.ts', '../activities/travel/service'],
    ['the gateway on a saga', 'gateway/server.ts', '../workflows/sample-order.saga'],
    ['kafkajs outside the event log', 'projections/projector.ts', 'kafkajs'],
    ['the platform on the example', 'platform/saga/engine.ts', '../../activities/travel/contract'],
    ['the kernel on another room', 'platform/kernel/step.ts', '../saga/wire'],
    ['anybody on a worker', 'cli/up.ts', '../workers/orchestrator'],
    ['a module of Node without its prefix', 'stack/start.ts', 'fs'],
    ['a room the table does not know', 'shop/cart.ts', '../platform/kernel/step'],
  ])('%s', (_title, file, specifier) => {
    const broken = fixture({ [file]: `import { x } from '${specifier}';` });
    expect(checkImports(broken, table)).toEqual([expect.objectContaining({ file, line: 1 })]);
  });

  test('export-from, dynamic imports, require and import types are imports too', () => {
    const text = [
      "export { x } from 'kafkajs';",
      "const y = import('kafkajs');",
      "const z = require('kafkajs');",
      "type T = import('kafkajs').Kafka;",
    ].join('\n');
    const broken = fixture({ 'gateway/server.ts': text });
    expect(checkImports(broken, table).map(({ line }) => line)).toEqual([1, 2, 3, 4]);
  });

  test('a saga on its own contract and on a participant is welcome', () => {
    const text = [
      "import { travel } from '../activities/travel/contract';",
      "import { defineSaga } from '../platform/saga/index';",
      "import { sampleOrderContract } from './sample-order.contract';",
    ].join('\n');
    expect(checkImports(fixture({ 'workflows/sample-order.saga.ts': text }), table)).toEqual([]);
  });

  test.each(['process.env.PATH', "process['env'].PATH", 'globalThis.process.env.PATH'])(
    '%s in a service',
    (text) => {
      const broken = fixture({ 'activities/travel/store.ts': `export const x = ${text};` });
      expect(checkEnvironmentReaders(broken, table)).toHaveLength(1);
    },
  );

  test('a ring of three files, but not a ring that only types close', () => {
    const ring = (kind: string): Source[] =>
      fixture({
        'platform/a.ts': "import { b } from './b';",
        'platform/b.ts': "import { c } from './c';",
        'platform/c.ts': `import ${kind}{ a } from './a';`,
      });
    expect(checkCycles(ring(''))).toHaveLength(1);
    expect(checkCycles(ring('type '))).toEqual([]);
  });
});
