import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { clientTypes } from './client-types';

writeFileSync(path.join(projectRoot, 'client', 'api.d.ts'), clientTypes());
