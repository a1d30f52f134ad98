import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commandReference, commandReferencePath } from '../../cli/reference/markdown';
import { root } from './checks/repository';

test('the reference of the command line is what its commands say: npm run docs:write', () => {
  expect(readFileSync(path.join(root, commandReferencePath), 'utf8')).toBe(commandReference());
});
