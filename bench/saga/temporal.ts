import { WorkflowFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Steps } from '../steps/rows';
import { leftoverIn, rowsOf } from './plain';
import type { CpuGroups, Ending, OpenVariant, VariantName } from './variants';

const workflowOf = {
  empty: 'empty',
  'bare-regular': 'bareRegular',
  'bare-local': 'bareLocal',
  'bare-regular-tuned': 'bareRegular',
} as const satisfies Partial<Record<VariantName, string>>;

export type BareName = keyof typeof workflowOf;

/** Where a bare worker takes its work. */
export interface BareWorld {
  readonly client: Client;
  readonly taskQueue: string;
  readonly steps: Steps;
  readonly groups: CpuGroups;
}

/** Temporal without Holdfast: workflows of `bare/workflows.ts`. */
export function openBare(name: BareName, world: BareWorld): OpenVariant {
  const { client, taskQueue, steps, groups } = world;
  const rowless = name === 'empty';
  return {
    ...{ name, groups, leftover: leftoverIn(steps) },
    expected: (ending, sagas) => rowsOf(steps)(ending, rowless ? 0 : sagas),
    async run(id, ending) {
      const args = [id, ending === 'failure'];
      const running = client.workflow.execute(workflowOf[name], {
        taskQueue,
        workflowId: id,
        args,
      });
      await endsAs(ending, running);
    },
  };
}

/** The sample's saga fails in the end, once it has compensated. */
async function endsAs(ending: Ending, running: Promise<unknown>): Promise<void> {
  try {
    await running;
  } catch (error) {
    if (ending === 'failure' && error instanceof WorkflowFailedError) return;
    throw error;
  }
  if (ending === 'failure') throw new Error('it was to be refused, and completed');
}
