import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../platform/runtime/paths';
import { composeText } from './compose';
import { overviewText } from './dashboard';

const dashboards = path.join(projectRoot, 'deploy', 'grafana', 'dashboards');
mkdirSync(dashboards, { recursive: true });
writeFileSync(path.join(dashboards, 'overview.json'), overviewText());
writeFileSync(path.join(projectRoot, 'docker-compose.yml'), composeText());
