import { escapeLiteral } from 'pg';
import type { Pool } from 'pg';
import { ClaimLost, GenerationSwitched } from '../../platform/event-log/projector/store-port';
import type { Claim, ProjectionStore } from '../../platform/event-log/projector/store-port';
import type { Reading } from '../../platform/event-log/projector/reading';
import type { Plan } from '../../platform/event-log/projector/view';
import { inTransaction, planForLarge, run } from '../../platform/outbox/postgres/connection';
import type { StoreSealing } from '../sealing';
import * as sql from '../statements';
import { loadClaimedView } from '../view';

/** Time limits of a projection's transaction; well below the consumer's session, so that a stuck one cannot lose it. */
const limits = { transactionMs: 3_000 } as const;

/** Where projections are, and what seals their rows and dead letters. */
export interface ProjectingParts {
  readonly pool: Pool;
  readonly sealing: Pick<StoreSealing, 'rows' | 'letters'>;
}

/** Which generation a store moves, and how it is told apart from the others. */
interface Moving {
  /** Lock that those who move it take turns on. */
  readonly lock: (projection: string) => string;
  /** The generation's name, or that of the live one where none is given. */
  readonly generation: (projection: string) => string | null;
  readonly isIts: (state: string) => boolean;
  /**
   * Whether a commit waits until the disk has it. Where nobody reads yet, losing the last ones with a crash of the
   * server costs their repeat: checkpoint and rows are lost together, and the switch waits for all before it.
   */
  readonly waitsForDisk: boolean;
}

const live: Moving = {
  lock: (projection) => projection,
  generation: () => null,
  isIts: (state) => state === 'live',
  waitsForDisk: true,
};

/** Moves whatever generation is live; refuses, within its transaction, once that is another one. */
export function liveProjecting(parts: ProjectingParts): ProjectionStore {
  return projecting(parts, live);
}

/** Moves one generation that is not live: one that is being built, or one that was kept. */
export function projectingOf(parts: ProjectingParts, generation: string): ProjectionStore {
  return projecting(parts, {
    lock: () => `beside ${generation}`,
    generation: () => generation,
    isIts: (state) => state === 'building' || state === 'kept',
    waitsForDisk: false,
  });
}

function projecting(parts: ProjectingParts, moving: Moving): ProjectionStore {
  const { pool } = parts;
  const ask = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> =>
    (await run<Row>(pool, text, { values, timeoutMs: limits.transactionMs })).rows;
  return {
    claim: async (projection, { topic, partition }) => {
      await ask(sql.firstGeneration, [projection]);
      const named = [projection, moving.generation(projection)];
      const [row] = await ask<ClaimRow>(sql.claim, [...named, topic, partition]);
      if (row === undefined) throw new ClaimLost(`there is no generation of ${projection} to move`);
      const { generation, owner_epoch: ownerEpoch, next_offset: offset } = row;
      const place = { topic, partition, nextOffset: BigInt(offset) };
      return { projection, generation, era: Number(row.era), ownerEpoch, ...place };
    },
    apply: (claim, readings, decide) => apply(parts, moving, { claim, readings, decide }),
    halt: async ({ generation, topic, partition, ownerEpoch }, halt) => {
      const { code = null, detail = null } = halt ?? {};
      await ask(sql.halt, [generation, topic, partition, ownerEpoch, code, detail]);
    },
    noteEnd: async (projection, { topic, partition }, high) => {
      const named = [projection, moving.generation(projection)];
      await ask(sql.noteEnd, [...named, topic, partition, high.toString()]);
    },
    isCurrent: async ({ generation }) => {
      const [row] = await ask<{ state: string }>(sql.stateOf, [generation]);
      return row !== undefined && moving.isIts(row.state);
    },
  };
}

interface ClaimRow {
  readonly generation: string;
  readonly era: string | null;
  readonly owner_epoch: string;
  readonly next_offset: string;
}

interface Application {
  readonly claim: Claim;
  readonly readings: readonly Reading[];
  readonly decide: Parameters<ProjectionStore['apply']>[2];
}

/** One transaction per call; who moves a generation takes turns on its lock, so rows of two topics never race. */
async function apply(
  { pool, sealing }: ProjectingParts,
  moving: Moving,
  told: Application,
): Promise<Plan> {
  const { projection, generation, topic, partition, ownerEpoch } = told.claim;
  const claim = [topic, partition, ownerEpoch];
  // Nothing to bind, so that it can be sent along with BEGIN.
  const lock = sql.lockProjection.replace('$1', () => escapeLiteral(moving.lock(projection)));
  const settings = [planForLarge, ...(moving.waitsForDisk ? [] : [sql.commitAtOnce])];
  const first = [...settings, lock].join(';');
  return inTransaction(pool, { timeoutMs: limits.transactionMs, first }, async (client) => {
    const rowsOf = { generation, sealing: sealing.rows };
    const stored = await loadClaimedView(client, rowsOf, { claim, readings: told.readings });
    if (stored === undefined) throw new ClaimLost(`${generation} lost ${topic}/${partition}`);
    if (!moving.isIts(stored.state)) {
      throw new GenerationSwitched(`${generation} is ${stored.state}`);
    }
    const plan = told.decide(stored.view);
    await sql.writeLetters(client, { generation, sealing: sealing.letters }, plan);
    await sql.writeClaimed(client, rowsOf, { claim, plan });
    return { result: plan, commit: true };
  });
}
