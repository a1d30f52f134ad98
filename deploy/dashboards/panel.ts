/** How a panel's numbers are written. */
type Unit = 's' | 'reqps' | 'percentunit' | 'short' | 'bytes';

/** One panel: a question and the queries that answer it. */
export interface PanelSpec {
  readonly title: string;
  /** What to look for, and what it means. */
  readonly description: string;
  readonly unit: Unit;
  /** Legend → PromQL. */
  readonly queries: Readonly<Record<string, string>>;
}

/** Events a second of a counter, over five minutes, by labels. */
export const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}[5m]))`;

/** A quantile of a histogram, by labels; `of` narrows it down, as in `waited="no"`. */
export const quantile = (share: number, histogram: string, by: string, of = ''): string =>
  `histogram_quantile(${share}, sum by (le, ${by}) (rate(${histogram}_bucket${of && `{${of}}`}[5m])))`;

const columns = 2;
const panelHeight = 8;
const panelWidth = 24 / columns;
const datasource = { type: 'prometheus', uid: 'prometheus' };

function panel(spec: PanelSpec, index: number): object {
  return {
    id: index + 1,
    type: 'timeseries',
    title: spec.title,
    description: spec.description,
    datasource,
    gridPos: {
      x: (index % columns) * panelWidth,
      y: Math.floor(index / columns) * panelHeight,
      w: panelWidth,
      h: panelHeight,
    },
    fieldConfig: { defaults: { unit: spec.unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: Object.entries(spec.queries).map(([legendFormat, expr], position) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + position),
      ...{ datasource, expr, legendFormat },
    })),
  };
}

/** A dashboard as Grafana wants it, two panels a row. */
export function dashboard(uid: string, title: string, panels: readonly PanelSpec[]): object {
  return {
    ...{ uid, title, tags: ['holdfast'], schemaVersion: 39, version: 1 },
    ...{ editable: false, timezone: 'browser', refresh: '10s' },
    time: { from: 'now-1h', to: 'now' },
    panels: panels.map(panel),
  };
}
