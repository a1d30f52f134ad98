import { instantMs } from '../../kernel/instant';
import type { LogInspector } from '../ports';

/** Places by `<topic>/<partition>`: what stands before one is in, what stands at it or later is not. */
export type Cut = ReadonlyMap<string, bigint>;

/** Thrown for an `--as-of` that names nothing. */
export class CutInvalid extends Error {
  readonly code = 'AS_OF_INVALID';
  constructor(
    message: string,
    /** What to do, in one line. */
    readonly fix: string,
  ) {
    super(`AS_OF_INVALID: ${message}`);
    this.name = 'CutInvalid';
  }
}

type Inspector = Pick<LogInspector, 'marks' | 'cutAt'>;

const form = 'a time such as 2026-11-26T20:00:00Z, now, or <topic>/<partition>@<offset>,…';

/**
 * Finds the cut that is asked for. A time cuts each partition before its first record with a later time, the one the
 * relay gave the broker: what a read model could have known by then, and not what had happened by then. Offsets name
 * the last record that is in; partitions that are not named are cut where the log ends. Throws {@link CutInvalid}.
 */
export async function cutOf(
  text: string,
  topics: readonly string[],
  inspector: Inspector,
): Promise<Cut> {
  const ends = await endsOf(topics, inspector);
  if (text === 'now') return ends;
  const timeMs = instantMs(text);
  if (timeMs !== undefined) return cutAt(timeMs, topics, inspector);
  return new Map([...ends, ...text.split(',').map((part) => placeOf(part.trim(), ends))]);
}

async function endsOf(topics: readonly string[], inspector: Inspector): Promise<Cut> {
  const marks = await Promise.all(
    topics.map(async (topic) => (await inspector.marks(topic)).map((one) => ({ topic, ...one }))),
  );
  const all = marks.flat().map(({ topic, partition, high }) => [`${topic}/${partition}`, high]);
  return new Map(all as [string, bigint][]);
}

async function cutAt(
  timeMs: number,
  topics: readonly string[],
  inspector: Inspector,
): Promise<Cut> {
  if (Number.isNaN(timeMs)) throw new CutInvalid('there is no such time', `give ${form}`);
  const cuts = await Promise.all(
    topics.map(async (topic) => [topic, await inspector.cutAt(topic, timeMs)] as const),
  );
  const all = cuts.flatMap(([topic, cut]) =>
    [...cut].map(([partition, offset]) => [`${topic}/${partition}`, offset] as const),
  );
  return new Map(all);
}

function placeOf(text: string, ends: Cut): readonly [string, bigint] {
  const [, place = '', digits = ''] = /^(.+\/\d+)@(\d{1,18})$/.exec(text) ?? [];
  if (place === '') throw new CutInvalid(`"${text}" is neither a time nor a place`, `give ${form}`);
  const end = ends.get(place);
  if (end === undefined) {
    throw new CutInvalid(`it reads no ${place}`, `choose of ${[...ends.keys()].join(', ')}`);
  }
  const next = BigInt(digits) + 1n;
  if (next <= end) return [place, next];
  throw new CutInvalid(`${place} ends before ${digits}`, `give an offset below ${end}, or now`);
}

/** A cut as it can be asked for again: the last record of each partition that has one in it. */
export function cutText(cut: Cut): string {
  const places = [...cut].filter(([, next]) => next > 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  return places.map(([place, next]) => `${place}@${next - 1n}`).join(',');
}
