import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../platform/runtime/paths';
import { historyFromJson } from './history-json';
import { workflowIdOf } from './scenario';
import { scenarios } from './scenarios';

/** The corpus: one recorded history a file, as Temporal's own tools read and write them. */
export const historiesFolder = path.join(projectRoot, 'test', 'saga', 'histories');

/** The history of one run. */
export interface NamedHistory {
  readonly name: string;
  readonly workflowId: string;
  readonly history: unknown;
}

/** One of the corpus. */
export interface RecordedHistory extends NamedHistory {
  /** Whose bundle it replays on; see `Scenario`. */
  readonly sagas: 'shipped' | 'family';
}

/** Reads the corpus, in the order of their names. */
export function readHistories(): RecordedHistory[] {
  return readdirSync(historiesFolder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))
    .sort()
    .map((name) => {
      const text = readFileSync(path.join(historiesFolder, `${name}.json`), 'utf8');
      const sagas = scenarios.find((one) => one.name === name)?.sagas ?? 'shipped';
      const history = historyFromJson(JSON.parse(text));
      return { name, workflowId: workflowIdOf(name), history, sagas };
    });
}
