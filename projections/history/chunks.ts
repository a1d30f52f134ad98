import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { emptyState } from '../../platform/event-log/history/memory-fold';
import type { FoldState } from '../../platform/event-log/history/memory-fold';
import type { KeptRow, Position } from '../../platform/event-log/projector/view';

const entriesMax = 5_000;

/** One part of a state, as JSON has it. */
type Part =
  | { readonly rows: readonly (readonly [string, KeptRow])[] }
  | { readonly positions: readonly (readonly [string, Position])[] }
  | { readonly queues: readonly (readonly [string, readonly (readonly [number, string?])[]])[] };

/** A state in compressed parts of bounded size, one after the other. */
export async function* chunksOf({ rows, positions, queues }: FoldState): AsyncGenerator<Buffer> {
  for (const page of pagesOf(rows)) yield await packed({ rows: page });
  for (const page of pagesOf(positions)) yield await packed({ positions: page });
  for (const page of pagesOf(queues)) {
    yield await packed({ queues: page.map(([id, { hashes }]) => [id, [...hashes]] as never) });
  }
}

function* pagesOf<Value>(map: ReadonlyMap<string, Value>) {
  let page: (readonly [string, Value])[] = [];
  for (const entry of map) {
    page.push(entry);
    if (page.length < entriesMax) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function packed(part: Part): Promise<Buffer> {
  return promisify(gzip)(JSON.stringify(part), { level: 1 });
}

/** The state that chunks in their order are made of. */
export async function stateOf(chunks: readonly Buffer[]): Promise<FoldState> {
  const state = emptyState();
  for (const chunk of chunks) {
    const part = JSON.parse((await promisify(gunzip)(chunk)).toString()) as Part;
    if ('rows' in part) part.rows.forEach(([key, row]) => state.rows.set(key, row));
    else if ('positions' in part) part.positions.forEach(([id, at]) => state.positions.set(id, at));
    else part.queues.forEach(([id, entries]) => state.queues.set(id, queueOf(entries)));
  }
  return state;
}

/** JSON has no undefined: a number whose envelope cannot be read comes back with null. */
function queueOf(entries: readonly (readonly [number, (string | null)?])[]) {
  const hashes = new Map(entries.map(([seq, hash]) => [seq, hash ?? undefined] as const));
  return { lastSeq: Math.max(...hashes.keys()), hashes };
}

/** A running checksum over chunks. */
export function checksum() {
  const hash = createHash('sha256');
  return { add: (chunk: Buffer) => void hash.update(chunk), end: () => hash.digest('hex') };
}
