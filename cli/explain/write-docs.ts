import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { referencePath, referenceText } from './reference';

writeFileSync(path.join(projectRoot, referencePath), referenceText());
