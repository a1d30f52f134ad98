import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../platform/runtime/paths';
import { historyFromJson } from './history-json';
import { workflowIdOf } from './scenarios';

/** The corpus: one recorded history a file, as Temporal's own tools read and write them. */
export const historiesFolder = path.join(projectRoot, 'test', 'saga', 'histories');

export interface RecordedHistory {
  readonly name: string;
  readonly workflowId: string;
  readonly history: unknown;
}

/** Reads the corpus, in the order of their names. */
export function readHistories(): RecordedHistory[] {
  return readdirSync(historiesFolder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))
    .sort()
    .map((name) => {
      const text = readFileSync(path.join(historiesFolder, `${name}.json`), 'utf8');
      return { name, workflowId: workflowIdOf(name), history: historyFromJson(JSON.parse(text)) };
    });
}
