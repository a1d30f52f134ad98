import type { DeadLetter, LetterAct, LetterStore } from '../../platform/event-log/letters/port';
import { redrive } from '../../platform/event-log/letters/redrive';
import type { Projection } from '../../platform/event-log/projector/projection';
import type { SchemaRegistry } from '../../platform/event-log/schema-registry';
import type { Log } from '../../platform/runtime/log';
import { letterProblem } from './problems';

/** What the API of dead letters works with. */
export interface LetterApiOptions {
  readonly store: LetterStore;
  readonly projections: readonly Projection[];
  readonly schemas: Pick<SchemaRegistry, 'read' | 'readClosed'>;
  /** Issuer of the tokens: part of every pseudonym. */
  readonly issuer: string;
  readonly log: Log;
}

/**
 * Carries an act out on the queue of one aggregate, or shows what it would do. Throws the problems
 * `PROJECTION_UNKNOWN`, `LETTER_NOT_FIRST` and `LETTER_SETTLED`.
 */
export async function actOn(
  options: LetterApiOptions,
  { projection: name, aggregateId }: Pick<DeadLetter, 'projection' | 'aggregateId'>,
  { act, dryRun }: { readonly act: LetterAct; readonly dryRun: boolean },
) {
  const { store, schemas, log } = options;
  const projection = options.projections.find((one) => one.name === name);
  if (projection === undefined) throw letterProblem('PROJECTION_UNKNOWN', `${name} is not known`);
  const told = { store, projection, schemas, aggregateId, act, dryRun };
  const done = await redrive(told).catch((error: unknown) => {
    const { code, message } = error as { code?: unknown; message: string };
    if (code !== 'LETTER_NOT_FIRST' && code !== 'LETTER_SETTLED') throw error;
    throw letterProblem(code, message, error);
  });
  if (!dryRun) {
    const { actor, verb: command } = act;
    const count = done.report.settled;
    const what = { command, actor, aggregateId, count, projection: name };
    log.info('dead letters were acted on', what);
  }
  return done;
}
