import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openPorts } from '../../stack/open-ports';
import { root } from './checks/repository';

test('the document shows every port that answers without a certificate, and no other', () => {
  const text = readFileSync(path.join(root, 'docs/security.md'), 'utf8');
  const [, section = ''] = /\n## Ports\n([^]*?)\n## /.exec(text) ?? [];
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  const shown = rows.slice(1).filter((line) => !line.startsWith('|---'));
  const rowOf = ({ process, port, answers, reach, why }: (typeof openPorts)[number]): string =>
    `| ${process} | ${port} | ${answers} | ${reach ?? 'this machine'} | ${why} |`;
  expect(shown).toEqual(openPorts.map(rowOf));
});
