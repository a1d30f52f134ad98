import type { ParkedView, SagaView, StepView } from '../wire';

const marks: Record<StepView['status'], string> = {
  started: '…',
  done: '✓',
  refused: '✗',
  failed: '✗',
  undoing: '↩ …',
  undone: '↩',
  settling: '?',
  parked: '⏸',
  skipped: '⏭',
};

/** The saga's story in Markdown: what Temporal's own web page shows as current details. No personal data. */
export function timelineOf(view: SagaView, notes: readonly string[] = []): string {
  const reason = view.reason === undefined ? '' : ` (${view.reason})`;
  return [
    `**${view.saga}** ${view.businessKey}: **${view.state}**${reason}`,
    '',
    '| | step | what | started | ended | epoch | |',
    '|---|---|---|---|---|---|---|',
    ...view.steps.map(rowOf),
    ...view.parked.flatMap(parkedLines),
    ...notes.map((note) => `\n_${note}_`),
  ].join('\n');
}

function rowOf(step: StepView): string {
  const cells = [
    marks[step.status],
    cell(step.name),
    `${step.participant}.${step.command}`,
    clock(step.startedAt),
    clock(step.finishedAt),
    String(step.epoch),
    [step.status, step.reason].filter(Boolean).join(' '),
  ];
  return `| ${cells.join(' | ')} |`;
}

const conditions: Record<ParkedView['condition'], string> = {
  'nothing-stands': 'nothing stands, the door is shut',
  'effect-stands': 'the effect stands, the door is shut',
  unsettled: 'unknown; the participant goes on being asked',
};

function parkedLines(parked: ParkedView): string[] {
  return [
    '',
    `⏸ **parked** at _${cell(parked.step)}_ (${parked.direction}) since ${parked.since}: ` +
      `**${parked.reason}**; ${conditions[parked.condition]}`,
  ];
}

function clock(time: string | undefined): string {
  return time === undefined ? '' : time.slice(11, 23);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
