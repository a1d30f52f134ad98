import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../platform/runtime/paths';
import { kubernetesText } from './kubernetes';

writeFileSync(path.join(projectRoot, 'deploy', 'kubernetes', 'holdfast.yaml'), kubernetesText());
