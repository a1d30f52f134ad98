import { z } from 'zod';
import { isFault } from '../../platform/kernel/faults';
import { explain } from '../../platform/saga/explain';
import type { SagaToExplain } from '../../platform/saga/explain';
import { verbs } from '../../platform/saga/verbs';
import type { SagaRow } from '../read-model';
import type { FoundSaga } from '../sagas/find';
import type { GatewayParts } from './parts';

const text = z.string();
const option = z.object({ verb: z.enum(verbs), does: text, consequence: text });

/** An explanation as it is answered, for the documentation. */
export const explanationAnswer = z.object({
  id: text,
  saga: text,
  state: text,
  summary: text,
  steps: z.array(
    z.object({ step: text, known: z.enum(['stands', 'does not stand', 'unknown']), says: text }),
  ),
  parked: z.array(
    z.object({
      ...{ step: text, since: text, why: text, checkFirst: z.array(text) },
      options: z.array(option),
      optionsAreCertain: z.boolean().describe('False when no worker could be asked'),
    }),
  ),
  awaiting: z.array(text),
  acts: z.array(text).describe('Who did what and why, oldest first'),
});

type Found = Extract<FoundSaga, { source: 'workflow' | 'read-model' }>;

/**
 * A saga's own view says more of the present; who acted, only the journal says. One that is away is passed over, a row
 * that does not open is not: it would look as if nobody had acted.
 */
async function actsOf(parts: GatewayParts, found: Found): Promise<SagaRow['acts']> {
  if (found.source === 'read-model') return found.row.acts;
  const row = await parts.readModel.sagaByWorkflowId(found.workflowId).catch((error: unknown) => {
    if (isFault(error) && error.code === 'CIPHERTEXT_REFUSED') throw error;
    parts.log.warn('the read model could not be asked who acted', { error });
    return undefined;
  });
  return row?.acts ?? [];
}

async function toExplain(parts: GatewayParts, found: FoundSaga): Promise<SagaToExplain> {
  if (found.source === 'engine') {
    const { saga, memo, state, startedAt } = found.described;
    const { businessKey } = memo;
    return { saga, businessKey, state, startedAt, steps: [], parked: [], acts: [], awaiting: [] };
  }
  const acts = await actsOf(parts, found);
  if (found.source === 'workflow') return { ...found.view, acts };
  const { saga = '', businessKey = '' } = found.row;
  return { ...found.row, saga, businessKey, acts, awaiting: [] };
}

/** The answer to `GET /sagas/:id/explanation`. */
export async function explanationBody(parts: GatewayParts, found: FoundSaga) {
  const told = await toExplain(parts, found);
  const id = found.source === 'engine' ? found.described.workflowId : workflowIdOf(found);
  return { id, saga: told.saga, state: told.state, ...explain(told) };
}

function workflowIdOf(found: Found): string {
  return found.source === 'workflow' ? found.workflowId : (found.row.workflowId ?? '');
}
