/** How a panel's numbers are written. */
type Unit = 's' | 'reqps' | 'percentunit' | 'short' | 'bytes' | 'none';

/** From this value on a number is shown in yellow, or in red. */
interface Thresholds {
  readonly warn?: number;
  readonly bad: number;
}

/** One panel: a question and the queries that answer it. */
export interface PanelSpec {
  readonly title: string;
  /** What to look for, and what it means. */
  readonly description: string;
  readonly unit: Unit;
  /** Legend → PromQL. `$saga` is what was chosen above. */
  readonly queries: Readonly<Record<string, string>>;
  /** Lines over time unless told; `stat` is one number as it is now, `heatmap` wants the buckets of a histogram. */
  readonly kind?: 'timeseries' | 'stat' | 'heatmap' | 'table';
  readonly thresholds?: Thresholds;
  /** Names of pages in docs/runbooks that say what to do. */
  readonly runbooks?: readonly string[];
  /** Why no series is right too, where there may be none; everything else must have some after a day's traffic. */
  readonly mayBeEmpty?: string;
}

/** Panels under a heading. */
export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

/** One board. */
export interface BoardSpec {
  /** Names its file, and `holdfast-<name>` is its address. */
  readonly name: string;
  readonly title: string;
  readonly rows: readonly RowSpec[];
}

/** Events a second of a counter, over five minutes, by labels. */
export const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}[5m]))`;

/** A quantile of a histogram, by labels; `of` narrows it down, as in `waited="no"`. */
export const quantile = (share: number, histogram: string, by: string, of = ''): string => {
  const labels = by === '' ? 'le' : `le, ${by}`;
  return `histogram_quantile(${share}, sum by (${labels}) (rate(${histogram}_bucket${of && `{${of}}`}[5m])))`;
};

/** Only the sagas that were chosen at the head of the board. */
export const chosen = 'saga=~"$saga"';

const datasource = { type: 'prometheus', uid: 'prometheus' };
const unitsWide = 24;
/** Width and height of each kind; Grafana's screen is 24 wide. */
const sizes = {
  stat: { w: 4, h: 4 },
  timeseries: { w: 12, h: 8 },
  heatmap: { w: 12, h: 8 },
  table: { w: 12, h: 8 },
} as const;

/** Where the Compose file puts docs/runbooks: Grafana serves what lies in its public folder. */
export const runbookUrl = (page: string): string => `/public/runbooks/${page}.md`;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Puts panels side by side until a line is full; answers where each goes, and where the next row begins. */
function placed(panels: readonly PanelSpec[], fromY: number) {
  let [x, y, lineHeight] = [0, fromY, 0];
  const places = panels.map(({ kind = 'timeseries' }): Place => {
    const { w, h } = sizes[kind];
    if (x + w > unitsWide) [x, y, lineHeight] = [0, y + lineHeight, 0];
    const place = { x, y, w, h };
    x += w;
    lineHeight = Math.max(lineHeight, h);
    return place;
  });
  return { places, nextY: y + lineHeight };
}

function steps({ warn, bad }: Thresholds) {
  return [
    { color: 'green', value: null },
    ...(warn === undefined ? [] : [{ color: 'yellow', value: warn }]),
    { color: 'red', value: bad },
  ];
}

function defaultsOf({ unit, thresholds }: PanelSpec): object {
  if (thresholds === undefined) return { unit, min: 0 };
  const coloured = { thresholds: { mode: 'absolute', steps: steps(thresholds) } };
  return { unit, min: 0, ...coloured, custom: { thresholdsStyle: { mode: 'line' } } };
}

function optionsOf(kind: PanelSpec['kind']): object {
  if (kind === 'stat') return { reduceOptions: { calcs: ['lastNotNull'] }, textMode: 'auto' };
  if (kind === 'heatmap') return { calculate: false, yAxis: { unit: 's' } };
  if (kind === 'table') return { showHeader: true };
  return { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } };
}

function panel(spec: PanelSpec, id: number, gridPos: Place): object {
  const { kind = 'timeseries', runbooks = [] } = spec;
  const format = kind === 'heatmap' ? { format: 'heatmap' } : {};
  const instant = kind === 'stat' || kind === 'table' ? { instant: true } : {};
  const links = runbooks.map((page) => ({
    ...{ title: page, url: runbookUrl(page), targetBlank: true },
  }));
  return {
    ...{ id, type: kind, title: spec.title, description: spec.description, datasource, gridPos },
    ...(links.length === 0 ? {} : { links }),
    fieldConfig: { defaults: defaultsOf(spec), overrides: [] },
    options: optionsOf(kind),
    targets: Object.entries(spec.queries).map(([legendFormat, expr], position) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + position),
      ...{ datasource, expr, legendFormat, ...format, ...instant },
    })),
  };
}

/** Headings and panels of a board, from the top down. */
function panelsOf(rows: readonly RowSpec[]): readonly object[] {
  let [id, y] = [0, 0];
  return rows.flatMap((row) => {
    const gridPos = { x: 0, y, w: unitsWide, h: 1 };
    const head = { id: (id += 1), type: 'row', title: row.title, collapsed: false, gridPos };
    const { places, nextY } = placed(row.panels, y + 1);
    y = nextY;
    return [head, ...row.panels.map((spec, index) => panel(spec, (id += 1), places[index]!))];
  });
}

/** The choice at the head of a board that asks for it. */
function choiceOfSaga(sagaMetric: string): object {
  const query = `label_values(${sagaMetric}, saga)`;
  return {
    ...{ name: 'saga', label: 'Saga', type: 'query', datasource, query, refresh: 2 },
    ...{ multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' } },
  };
}

/** A board as Grafana wants it; `sagaMetric` is one that has a series for each saga. */
export function dashboard({ name, title, rows }: BoardSpec, sagaMetric: string): object {
  const asks = JSON.stringify(rows).includes('$saga');
  return {
    ...{ uid: `holdfast-${name}`, title, tags: ['holdfast'], schemaVersion: 39, version: 1 },
    ...{ editable: false, timezone: 'browser', refresh: '10s' },
    time: { from: 'now-1h', to: 'now' },
    // From each board to every other.
    links: [{ type: 'dashboards', title: 'Holdfast', tags: ['holdfast'], asDropdown: false }],
    templating: { list: asks ? [choiceOfSaga(sagaMetric)] : [] },
    panels: panelsOf(rows),
  };
}
