import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../platform/runtime/paths';
import { composeText } from './compose';
import { dashboardTexts } from './dashboards';

const dashboards = path.join(projectRoot, 'deploy', 'grafana', 'dashboards');
mkdirSync(dashboards, { recursive: true });
for (const [name, text] of Object.entries(dashboardTexts()))
  writeFileSync(path.join(dashboards, name), text);
writeFileSync(path.join(projectRoot, 'docker-compose.yml'), composeText());
