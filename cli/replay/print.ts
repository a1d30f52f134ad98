import { rowDiff } from '../../platform/event-log/letters/row-diff';
import type { ReplayProgress, ReplayReport } from '../../platform/event-log/replay/options';
import type { Generation, LetterLine, RowPair } from '../../platform/event-log/replay/port';

const number = (value: number): string => value.toLocaleString('en');

/** Rows and letters told one by one; of the others only how many there are. */
const shownMax = 10;

const phases: Record<ReplayProgress['phase'], string> = {
  folding: 'folding the log',
  comparing: 'comparing with the live one',
  switching: 'switching',
  clearing: 'deleting what is not needed any more',
};

const liveMs = 200;
const plainMs = 5_000;

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** One line that is written over on a terminal; elsewhere a line now and then. `done` clears it. */
export function progressPrinter(output: Output, projection: string) {
  const everyMs = output.isTTY ? liveMs : plainMs;
  let nextMs = performance.now() + everyMs;
  let isShown = false;
  return {
    progress(at: ReplayProgress): void {
      const nowMs = performance.now();
      if (nowMs < nextMs) return;
      nextMs = nowMs + everyMs;
      const line = progressLine(projection, at);
      output.write(output.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
      isShown = true;
    },
    done(): void {
      if (output.isTTY && isShown) output.write('\r\u001b[2K');
      isShown = false;
    },
  };
}

/** Events, total, rate and what is left, in one line. */
export function progressLine(projection: string, at: ReplayProgress): string {
  const { phase, events, total, perSecond, remainingMs } = at;
  const share = total === 0 ? 100 : Math.floor((events / total) * 100);
  const left = remainingMs === undefined ? '' : `, ${durationOf(remainingMs)} left`;
  const numbers = `${number(events)} of ${number(total)} events (${share} %), ${number(perSecond)}/s`;
  return `${projection}: ${phases[phase]}; ${numbers}${left}`;
}

function durationOf(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const verdicts: Record<ReplayReport['verdict'], string> = {
  switched: 'switched',
  built: 'built and NOT switched, as asked',
  differs: 'built and NOT switched: rows differ, and --expect-equal was asked for',
  letters: 'built and NOT switched: it has dead letters that the live one has not',
};

/** A report for a person. */
export function reportLines(report: ReplayReport, isRollback = false): readonly string[] {
  const { projection, verdict, from, to, resumed, events, repeats, tookMs } = report;
  const how = isRollback ? ', back' : resumed ? ', gone on with' : '';
  const told = [
    `${number(events)} events${repeats === 0 ? '' : `, ${number(repeats)} repeats`}`,
    `${(tookMs / 1_000).toFixed(1)} s, ${number(report.eventsPerSecond)} events/s`,
  ];
  return [
    `${projection}: ${verdicts[verdict]}, generation ${from} → ${to}${how}. ${told.join('; ')}.`,
    ...comparisonLines(report),
    ...letterLines(report),
    ...nextLines(report),
  ];
}

function comparisonLines({ comparison }: ReplayReport): string[] {
  const { liveRows, otherRows, compared, apart, differing } = comparison;
  const equal = compared - differing.length;
  const moving = apart === 0 ? '' : `, ${number(apart)} not at the same events`;
  return [
    `  rows: ${number(liveRows)} live, ${number(otherRows)} built; compared ${number(compared)}: ` +
      `${number(equal)} equal, ${number(differing.length)} differ${moving}`,
    ...differing.slice(0, shownMax).map(pairLine),
    ...more(differing.length),
  ];
}

function pairLine({ key, live, other, isRefused }: RowPair): string {
  if (isRefused) return `    ${key}: the row of the live one does not open (CIPHERTEXT_REFUSED)`;
  if (live === undefined) return `    ${key}: the live one has no such row`;
  if (other === undefined) return `    ${key}: the one that was built has no such row`;
  return `    ${key}: ${rowDiff(live, other).map(memberText).join('; ')}`;
}

function memberText(member: unknown): string {
  const text = JSON.stringify(member);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function letterLines({ letters: { count, first } }: ReplayReport): string[] {
  if (count === 0) return [];
  return [
    `  dead letters that the live one has not: ${number(count)}`,
    ...first.slice(0, shownMax).map(letterLine),
    ...more(count),
  ];
}

function letterLine({ topic, partition, offset, ...letter }: LetterLine): string {
  const { aggregateId, seq, reason, detail } = letter;
  return `    ${aggregateId}:${seq} ${reason} ${detail} (${topic}/${partition}@${offset})`;
}

function more(count: number): string[] {
  return count > shownMax ? [`    and ${number(count - shownMax)} more`] : [];
}

function nextLines({ projection, verdict }: ReplayReport): string[] {
  const again = `holdfast replay ${projection}`;
  if (verdict === 'switched') return [`  next: ${again} --rollback goes back, --drop-old deletes`];
  const accept = verdict === 'letters' ? `${again} --accept-letters` : again;
  return [`  next: ${accept} switches; mend the fold and run it again where this is no intent`];
}

/** What there is of a read model, oldest first. */
export function generationLines(projection: string, found: readonly Generation[]): string[] {
  return found.map(({ number: at, state, startedAt, switchedAt }) => {
    const since = switchedAt === undefined ? '' : `, ${state} since ${switchedAt}`;
    return `${projection} ${at}: ${state}, begun ${startedAt}${since}`;
  });
}
