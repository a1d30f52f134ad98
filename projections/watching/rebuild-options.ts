import type { EventLog } from '../../platform/event-log/kafka';
import type { ReplayOptions } from '../../platform/event-log/replay/options';
import type { SchemaRegistry } from '../../platform/event-log/schema-registry';
import { eventTopic } from '../../platform/event-log/topics';
import type { Config } from '../../platform/runtime/config';
import type { Log } from '../../platform/runtime/log';
import { foldCodeOf } from '../fold-code';
import { projections } from '../index';
import type { ReadModelStore } from '../store';

interface RebuildWorld {
  readonly config: Pick<Config, 'HOLDFAST_INSTANCE'>;
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly store: Pick<ReadModelStore, 'generations'>;
  readonly schemas: SchemaRegistry;
  readonly log: Log;
}

/** Rows of each side that are compared. */
export const sampleMax = 1_000;

/**
 * What a read model is rebuilt with, by its name: the log, beside the live generation, with the code that runs now.
 * Throws RangeError for a name there is not.
 */
export function rebuildOptions({ config, eventLog, store, schemas, log }: RebuildWorld) {
  // Of the code as it was loaded: its files may be others by the time somebody asks.
  const folds = new Map(projections.map((one) => [one.name, foldCodeOf(one)]));
  return (name: string): ReplayOptions => {
    const projection = projections.find((one) => one.name === name);
    if (projection === undefined) throw new RangeError(`there is no read model ${name}`);
    return {
      ...{ projection, eventLog, schemas, log, sampleMax, generations: store.generations },
      fold: folds.get(name) ?? '',
      topics: projection.services.map((service) => eventTopic(service, config.HOLDFAST_INSTANCE)),
      ...{ groupPrefix: 'projector-replay', keepLive: false, expectEqual: false },
      acceptLetters: false,
    };
  };
}
