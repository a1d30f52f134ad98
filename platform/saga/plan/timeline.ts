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
export function timelineOf(view: SagaView): string {
  const reason = view.reason === undefined ? '' : ` (${view.reason})`;
  return [
    `**${view.saga}** ${view.businessKey}: **${view.state}**${reason}`,
    '',
    ...view.steps.map(lineOf),
    ...view.parked.flatMap(parkedLines),
    ...view.notes.map((note) => `\n_${note}_`),
  ].join('\n');
}

/** A list, because the page clips what a table is too wide for. */
function lineOf(step: StepView): string {
  const times = [step.startedAt, step.finishedAt].filter((time) => time !== undefined).map(clock);
  const told = [step.status, step.reason].filter(Boolean).join(' ');
  const again = step.epoch > 0 ? `, epoch ${step.epoch}` : '';
  const what = `${step.participant}.${step.command}`;
  return `- ${marks[step.status]} **${step.name}** ${what}, ${told}${again} _${times.join(' to ')}_`;
}

const conditions: Record<ParkedView['condition'], string> = {
  'nothing-stands': 'nothing stands, the door is shut',
  'effect-stands': 'the effect stands, the door is shut',
  unsettled: 'unknown; the participant goes on being asked',
};

function parkedLines(parked: ParkedView): string[] {
  return [
    '',
    `⏸ **parked** at _${parked.step}_ (${parked.direction}) since ${parked.since}: ` +
      `**${parked.reason}**; ${conditions[parked.condition]}`,
  ];
}

function clock(time: string): string {
  return time.slice(11, 23);
}
