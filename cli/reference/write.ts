import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { generatedPages } from './pages';

async function writeAll(): Promise<void> {
  for (const [name, text] of Object.entries(await generatedPages())) {
    const file = path.join(projectRoot, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

void writeAll();
