import { sagaLimits } from '../limits';

/** A step's name; in loops the item is part of it, for example `['reserve', sku]`. */
export type StepName = string | readonly [string, ...(string | number)[]];

/** A saga file that breaks a rule of the engine. Fails the workflow task, so that a corrected file can go on. */
export class SagaDefinitionError extends Error {
  constructor(
    readonly code:
      | 'STEP_NAME_REUSED'
      | 'STEP_NAME_INVALID'
      | 'STEPS_OVERLAP'
      | 'SECOND_PIVOT'
      | 'STEP_AFTER_PIVOT'
      | 'RETRIABLE_BEFORE_PIVOT'
      | 'WAIT_AFTER_PIVOT'
      | 'SAGA_THREW_AFTER_PIVOT'
      | 'CHILD_INPUT_INVALID'
      | 'PIVOT_IN_CHILD'
      | 'CONTINUE_INPUT_INVALID'
      | 'CONTINUE_TOO_LARGE',
    message: string,
  ) {
    super(`${code}: ${message}`);
    this.name = 'SagaDefinitionError';
  }
}

/** Names of the steps that the engine adds by itself to sagas that have children, and to children. */
export const familySteps = {
  hold: 'parent decides',
  commit: 'commit children',
  release: 'release children',
} as const;

/** Names that start like this belong to the journal. */
export const journalPrefix = 'saga.';

/** The name as one text: parts joined by colons. */
export function stepNameOf(name: StepName): string {
  const text = typeof name === 'string' ? name : name.join(':');
  if (text.length === 0 || text.length > sagaLimits.stepNameLengthMax) {
    throw new SagaDefinitionError(
      'STEP_NAME_INVALID',
      `a step name has 1 to ${sagaLimits.stepNameLengthMax} characters, "${text}" has ${text.length}`,
    );
  }
  if (text.startsWith(journalPrefix)) {
    throw new SagaDefinitionError('STEP_NAME_INVALID', `"${text}" starts with ${journalPrefix}`);
  }
  return text;
}

/** Two steps of one name would share one step record, and the second would do nothing. */
export function assertUnused(name: string, used: ReadonlySet<string>): void {
  if (!used.has(name)) return;
  throw new SagaDefinitionError(
    'STEP_NAME_REUSED',
    `the step name "${name}" is used twice; in a loop, name the item too: ['${name}', item]`,
  );
}
