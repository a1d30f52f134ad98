import { Pool } from 'pg';
import type { Config } from '../../platform/runtime/config';
import { postgresOptions } from '../../platform/runtime/connections';
import { connectionsMax, database } from '../steps/rows';
import type { Steps } from '../steps/rows';
import { loadPeer } from './provide';

type ThreeRows = (saga: string, refused: boolean) => Promise<void>;

/** What is used of the package `@dbos-inc/dbos-sdk`. */
interface DbosSdk {
  readonly DBOS: {
    setConfig(config: object): void;
    registerWorkflow(workflow: ThreeRows, options: { name: string }): ThreeRows;
    runStep(step: () => Promise<void>, options: { name: string }): Promise<void>;
    startWorkflow(
      workflow: ThreeRows,
      options: { workflowID: string },
    ): (...args: Parameters<ThreeRows>) => Promise<{ getResult(): Promise<void> }>;
    launch(): Promise<void>;
    shutdown(): Promise<void>;
  };
}

/** Thrown by the step that refuses. */
export class NoRoom extends Error {}

/** A library in this process: its state is in the same database, over as many connections again. */
export interface OpenDbos {
  /** Runs one saga; rejects when it was refused, once it has compensated. */
  run: ThreeRows;
  close(): Promise<void>;
}

/** Starts the engine and registers the saga: three steps, and compensations played backwards when one fails. */
export async function openDbos(folder: string, config: Config, steps: Steps): Promise<OpenDbos> {
  const { DBOS } = loadPeer<DbosSdk>(folder, '@dbos-inc/dbos-sdk');
  const pool = new Pool({ ...postgresOptions(config, database), max: connectionsMax });
  pool.on('error', () => undefined); // the next statement says so
  const quiet = () => undefined; // it tells every refusal as an error, with its stack
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  DBOS.setConfig({ name: 'bench', systemDatabasePool: pool, logger });
  const step = (name: string, work: () => Promise<void>) => DBOS.runStep(work, { name });
  const threeRows = DBOS.registerWorkflow(
    async (saga, refused) => {
      const compensations: (() => Promise<void>)[] = [];
      try {
        compensations.unshift(() => step('undo first', () => steps.undo(saga, 1)));
        await step('first', () => steps.add(saga, 1));
        compensations.unshift(() => step('undo second', () => steps.undo(saga, 2)));
        await step('second', () => steps.add(saga, 2));
        await step('third', () => (refused ? refuse(steps, saga) : steps.add(saga, 3)));
      } catch (error) {
        for (const compensate of compensations) await compensate();
        throw error;
      }
    },
    { name: 'threeRows' },
  );
  await DBOS.launch();
  return {
    async run(saga, refused) {
      const handle = await DBOS.startWorkflow(threeRows, { workflowID: saga })(saga, refused);
      await handle.getResult();
    },
    close: async () => {
      await DBOS.shutdown();
      if (!pool.ended) await pool.end();
    },
  };
}

async function refuse(steps: Steps, saga: string): Promise<void> {
  await steps.refuse(saga);
  throw new NoRoom('no room');
}
