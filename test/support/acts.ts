import { randomUUID } from 'node:crypto';
import type { LetterAct } from '../../platform/event-log/letters/port';

/** What a person does about a dead letter; each one is an act of its own. */
export function anAct(told: Partial<LetterAct> = {}): LetterAct {
  const id = randomUUID().replaceAll('-', '');
  return { id, verb: 'retry', letterId: '1', actor: 'olga', reason: 'the fold is fixed', ...told };
}
