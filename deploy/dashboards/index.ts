import { metricNames } from '../../platform/runtime/metric-names';
import { gatewayBoard } from './gateway';
import { overviewBoard } from './overview';
import { dashboard } from './panel';
import type { BoardSpec } from './panel';
import { platformBoard } from './platform';
import { sagasBoard } from './sagas';
import { securityBoard } from './security';
import { servicesBoard } from './services';

/** Every board, in the order in which somebody who was called looks at them. */
export const boards: readonly BoardSpec[] = [
  ...[overviewBoard, sagasBoard, gatewayBoard, servicesBoard, platformBoard, securityBoard],
];

/** Texts of the files in `deploy/grafana/dashboards`, by file name. */
export function dashboardTexts(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    boards.map((board) => [
      `${board.name}.json`,
      `${JSON.stringify(dashboard(board, metricNames.sagasStarted), null, 2)}\n`,
    ]),
  );
}
