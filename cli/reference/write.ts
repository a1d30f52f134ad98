import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { referencePath, referenceText } from '../explain/reference';
import { commandReference, commandReferencePath } from './markdown';

const pages = { [referencePath]: referenceText(), [commandReferencePath]: commandReference() };

for (const [file, text] of Object.entries(pages)) writeFileSync(path.join(projectRoot, file), text);
