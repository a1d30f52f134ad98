import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { problemsOfBill } from './bill';
import { lockText, readBill } from './read-bill';

/** `npm run sbom`: writes what is delivered into `dist/sbom.cdx.json`, and fails where the bill is not complete. */
function main(): number {
  const bill = readBill();
  const problems = problemsOfBill(bill, lockText());
  if (problems.length > 0) {
    process.stderr.write(`the bill of materials is wrong:\n  ${problems.join('\n  ')}\n`);
    return 1;
  }
  const file = path.join(projectRoot, 'dist', 'sbom.cdx.json');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  process.stderr.write(`${path.relative(projectRoot, file)}: ${bill.components.length} packages\n`);
  return 0;
}

process.exitCode = main();
