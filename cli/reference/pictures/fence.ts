import { consultFence } from '../../../platform/participant/fence-table';
import type { StepRecord, StepState } from '../../../platform/participant/fence-table';
import type { MessageKind } from '../../../platform/kernel/step';
import { arrow, box, picture, text } from './svg';
import type { Point, Tone } from './svg';

/** A row of a step as the fence finds it: `absent` where there is none yet. */
type Found = 'absent' | 'done' | 'refused' | 'undone' | 'tombstone';

/** A message that changes the state of a row. */
export interface FenceMove {
  readonly from: Found;
  readonly to: Found;
  /** The messages that do, such as `undo` or `settle, newer`. */
  readonly by: readonly string[];
}

const states: readonly Found[] = ['absent', 'done', 'refused', 'undone', 'tombstone'];
const kinds: readonly MessageKind[] = ['forward', 'undo', 'settle'];

function rowIn(state: Found): StepRecord | undefined {
  if (state === 'absent') return undefined;
  const result = state === 'refused' ? { code: 'REFUSED', detail: '' } : null;
  return { state, epoch: 1, run: 'r', inputHash: 'i', result, effect: [] };
}

/** What a row may become by one message; the deciding function says whether a step is done or refused. */
function becomes(from: Found, kind: MessageKind, epoch: number): readonly StepState[] {
  const verdict = consultFence(rowIn(from), { kind, epoch, run: 'r', inputHash: 'i' });
  if (verdict.do === 'apply') return ['done', 'refused'];
  if (verdict.do === 'reverse') return ['undone'];
  return verdict.do === 'answer' && verdict.write !== undefined ? [verdict.write.state] : [];
}

/** Every change of state that the fence allows, by asking it. */
export function fenceMoves(): readonly FenceMove[] {
  const moves = new Map<string, { from: Found; to: Found; by: string[] }>();
  for (const from of states) {
    for (const kind of kinds) {
      const now = becomes(from, kind, 1);
      for (const to of new Set([...now, ...becomes(from, kind, 2)])) {
        if (to === from) continue;
        const move = moves.get(`${from} ${to}`) ?? { from, to: to as Found, by: [] };
        move.by.push(now.includes(to) ? kind : `newer ${kind}`);
        moves.set(`${from} ${to}`, move);
      }
    }
  }
  return [...moves.values()];
}

const boxSize = { width: 130, height: 50 };
const places: Readonly<Record<Found, Point>> = {
  absent: { x: 40, y: 190 },
  done: { x: 300, y: 60 },
  refused: { x: 300, y: 320 },
  undone: { x: 600, y: 60 },
  tombstone: { x: 600, y: 320 },
};
const tones: Readonly<Record<Found, Tone>> = {
  absent: 'plain',
  done: 'good',
  refused: 'turn',
  undone: 'bad',
  tombstone: 'bad',
};
const meanings: Readonly<Record<Found, string>> = {
  absent: 'nobody came yet',
  done: 'an effect stands',
  refused: 'the service said no',
  undone: 'reversed',
  tombstone: 'no effect, door shut',
};

/** Where an arrow between two boxes leaves the one and meets the other. */
function edge(from: Found, to: Found): readonly [Point, Point] {
  const middle = ({ x, y }: Point): Point => {
    return { x: x + boxSize.width / 2, y: y + boxSize.height / 2 };
  };
  const [a, b] = [middle(places[from]), middle(places[to])];
  // The one arrow that goes around a box leaves from below and comes in from below.
  const under = ({ x, y }: Point): Point => ({ x, y: y + boxSize.height / 2 + 4 });
  if (bends[`${from} ${to}`] === around) return [under(a), under(b)];
  const cut = (one: Point, other: Point): Point => {
    const [dx, dy] = [other.x - one.x, other.y - one.y];
    const across = dx === 0 ? Infinity : (boxSize.width / 2 + 4) / Math.abs(dx);
    const down = dy === 0 ? Infinity : (boxSize.height / 2 + 4) / Math.abs(dy);
    const reach = Math.min(across, down);
    return { x: Math.round(one.x + dx * reach), y: Math.round(one.y + dy * reach) };
  };
  return [cut(a, b), cut(b, a)];
}

const around = -110;

/** How far arrows are bent that would lie on others. */
const bends: Readonly<Record<string, number>> = {
  'absent tombstone': around,
  'done undone': 22,
  'undone done': 22,
  'refused tombstone': 22,
  'tombstone refused': 22,
};

/** The states of a step record, and the messages that lead from one to another. */
export function fencePicture(): string {
  const arrows = fenceMoves().map(({ from, to, by }) => {
    const [start, end] = edge(from, to);
    const bend = bends[`${from} ${to}`] ?? 0;
    const isCrossing = bend === 0 && from !== 'absent';
    return arrow(start, end, { label: by.join(', '), bend, at: isCrossing ? 0.28 : 0.5 });
  });
  const boxes = states.map((state) =>
    box(places[state], boxSize, { lines: [state, meanings[state]], tone: tones[state] }),
  );
  const size = { width: 770, height: 480 };
  const note = 'A message that is older than the row, or leads nowhere here, changes no state.';
  return picture(size, 'States of a step record', [
    ...arrows,
    ...boxes,
    text({ x: size.width / 2, y: 464 }, note, { size: 12, faint: true }),
  ]);
}
