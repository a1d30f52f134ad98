import { eventPanels } from './events';
import { overviewPanels } from './overview';
import { dashboard } from './panel';
import { sagaPanels } from './sagas';

const dashboards: Readonly<Record<string, object>> = {
  overview: dashboard('holdfast-overview', 'Holdfast: the gateway', overviewPanels),
  sagas: dashboard('holdfast-sagas', 'Holdfast: sagas', sagaPanels),
  events: dashboard('holdfast-events', 'Holdfast: events and consistency', eventPanels),
};

/** Texts of the files in `deploy/grafana/dashboards`, by file name. */
export function dashboardTexts(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(dashboards).map(([name, content]) => [
      `${name}.json`,
      `${JSON.stringify(content, null, 2)}\n`,
    ]),
  );
}
