import type { SagaView } from '../../platform/saga/wire';
import type { Arena, SagaName } from './arena';

/** Stands in the names of steps for the name of the run, which is another one in every run. */
const runMark = '{run}';

/** A saga of a family, and what it shows; nothing while nobody answers for it. */
export interface FamilyMember extends SagaName {
  readonly view: SagaView | undefined;
}

/** A saga and those that are its steps, and theirs, as far as they have started; the root comes first. */
export async function familyOf(arena: Arena, root: SagaName): Promise<readonly FamilyMember[]> {
  const view = await arena.view(root);
  const children = view?.steps.flatMap(({ child }) => child ?? []) ?? [];
  const found = children.map(async (workflowId) => {
    const entry = await arena.journal(workflowId);
    return entry === undefined ? [] : familyOf(arena, { workflowId, sagaId: entry.sagaId });
  });
  return [{ ...root, view }, ...(await Promise.all(found)).flat()];
}

/** The name of a step as every run of the saga has it. */
export function anyRun(step: string, run: string): string {
  return step.replaceAll(run, runMark);
}

/** The name of a step in one run. */
export function inRun(step: string, run: string): string {
  return step.replaceAll(runMark, run);
}
