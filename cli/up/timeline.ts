import type { DemoSaga } from './shown/demonstration';

interface Step {
  readonly name?: unknown;
  readonly participant?: unknown;
  readonly status?: unknown;
  readonly startedAt?: unknown;
  readonly finishedAt?: unknown;
  readonly reason?: unknown;
}

const barWidth = 28;
const marks: Readonly<Record<string, string>> = {
  done: '✓',
  undone: '↩',
  refused: '✗',
  failed: '✗',
  skipped: '–',
};

/** Draws one saga: a line per step, on one time axis, with what became of it. */
export function drawTimeline(saga: DemoSaga): readonly string[] {
  const steps = Array.isArray(saga.timeline.steps) ? (saga.timeline.steps as Step[]) : [];
  const times = steps.flatMap(({ startedAt, finishedAt }) => [
    millis(startedAt),
    millis(finishedAt),
  ]);
  const known = times.filter((time) => !Number.isNaN(time));
  const first = Math.min(...known);
  const span = Math.max(1, Math.max(...known) - first);
  const width = Math.max(...steps.map((step) => text(step.name).length), 0);
  const because = saga.reason === undefined ? '' : ` (${saga.reason})`;
  return [
    `${saga.outcome === 'completed' ? '✓' : '↩'} ${saga.name}: ${saga.outcome}${because} in ${saga.duration_ms} ms`,
    ...steps.map((step) => drawStep(step, { first, span, width })),
  ];
}

function drawStep(step: Step, axis: { first: number; span: number; width: number }): string {
  const status = text(step.status);
  const from = place(millis(step.startedAt), axis);
  const to = Math.max(from + 1, place(millis(step.finishedAt), axis));
  const bar = ' '.repeat(from) + '━'.repeat(to - from);
  const reason = step.reason === undefined ? '' : ` ${text(step.reason)}`;
  return [
    '   ',
    marks[status] ?? '·',
    ` ${text(step.name).padEnd(axis.width)} `,
    text(step.participant).padEnd(10),
    `│${bar.padEnd(barWidth + 1)}│ ${status}${reason}`,
  ].join('');
}

function place(time: number, axis: { first: number; span: number }): number {
  if (Number.isNaN(time)) return barWidth;
  return Math.round(((time - axis.first) / axis.span) * barWidth);
}

function millis(time: unknown): number {
  return typeof time === 'string' ? Date.parse(time) : Number.NaN;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
