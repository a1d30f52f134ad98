import type { BulkResult } from './acts/bulk';
import type { Kill, KillsResult } from './acts/kills';
import { lostPivots } from './acts/lost-pivot';
import type { LostPivotResult } from './acts/lost-pivot';
import type { StoryLine } from './saga-lines';
import { zombiePlaces } from './acts/zombie-judge';
import type { ZombieResult } from './acts/zombie-judge';

const sign = (problems: readonly string[]): string => (problems.length === 0 ? '✓' : '✗');
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const clock = (time: string): string => time.slice(11, 23);

function storyLines(lines: readonly StoryLine[]): string[] {
  return lines.map(({ time, side, says }) => `    ${clock(time)}  ${side.padEnd(6)}  ${says}`);
}

const problemLines = (problems: readonly string[]): string[] =>
  problems.map((problem) => `    PROBLEM ${problem}`);

/** What both sides of one stopped worker saw, and what stands. */
export function zombieLines(result: ZombieResult): readonly string[] {
  const { store, service, step, place, refusedWith, row, undoneAfterMs, problems, lines } = result;
  const where = `${service} on ${store}, stopped in "${step}" ${zombiePlaces[place].says}`;
  const said = `refused with ${refusedWith}; undone ${seconds(undoneAfterMs)} after the stop`;
  return [
    `${sign(problems)} ${where}`,
    ...storyLines(lines),
    `    its late write is ${refusedWith === '' ? 'not refused' : said}; the row says ${row}`,
    ...problemLines(problems),
  ];
}

/** What became of a pivot whose worker was gone until the deadline. */
export function pivotLines(result: LostPivotResult): readonly string[] {
  const { place, outcome, meanwhile, row, problems, lines } = result;
  return [
    `${sign(problems)} payments killed in the pivot ${lostPivots[place].says}`,
    ...storyLines(lines),
    `    while it was away: ${meanwhile}`,
    `    the saga ended ${outcome}; the row of the pivot says ${row}`,
    ...problemLines(problems),
  ];
}

/** An order in bulk that had to end one way. */
export function bulkLines(result: BulkResult): readonly string[] {
  const { items, children, expected, outcome, rows, endedAfterMs, problems } = result;
  const counted = Object.entries(rows).map(([state, count]) => `${count} ${state}`);
  return [
    `${sign(problems)} an order of ${items} lots in ${children} children, to be ${expected}`,
    `    ended ${outcome} after ${seconds(endedAfterMs)}; steps of the children: ${counted.join(', ')}`,
    ...problemLines(problems),
  ];
}

const hitOf = ({ victim, underWay }: Kill) => `${victim} under ${underWay} sagas`;

/** What a storm left. */
export function killsLines(result: KillsResult): readonly string[] {
  const { sagas, running, killed, completed, compensated, endedAfterMs, problems, seed } = result;
  return [
    `${sign(problems)} ${sagas} sagas, ${running} under way when Temporal was killed, seed ${seed}`,
    `    killed afterwards: ${killed.map(hitOf).join(', ')}`,
    `    ended within ${seconds(endedAfterMs)}: ${completed} completed, ${compensated} compensated`,
    ...problemLines(problems),
  ];
}
