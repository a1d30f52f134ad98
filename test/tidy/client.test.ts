import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clientTypes } from '../../gateway/openapi/client-types';
import { root } from './checks/repository';

test('the types of the client are those of the description; `npm run client:write` makes them so', () => {
  const written = readFileSync(path.join(root, 'client', 'api.d.ts'), 'utf8');
  expect(written === clientTypes()).toBe(true);
}, 60_000);
