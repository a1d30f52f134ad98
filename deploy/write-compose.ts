import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../platform/runtime/paths';
import { composeText } from './compose';

writeFileSync(path.join(projectRoot, 'docker-compose.yml'), composeText());
