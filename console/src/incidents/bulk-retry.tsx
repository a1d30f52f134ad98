import { useState } from 'preact/hooks';
import type { ParkedGroup } from '../gateway/answers';
import { answerOf } from '../gateway/problem';
import type { BulkProgress } from '../gateway/saga-answers';
import { useAnswer, useGateway } from '../gateway/use-gateway';
import { addresses } from '../parts/addresses';
import { Answered } from '../parts/answered';
import { ActDialog } from '../parts/act-dialog';
import { BulkRun } from './bulk-run';
import { groupFilter } from './bulk-words';

interface Preview {
  readonly count: number;
  readonly sample: readonly { readonly workflowId: string; readonly businessKey: string }[];
}

interface DialogProps {
  readonly group: ParkedGroup;
  readonly onClose: () => void;
  readonly onStarted: (progress: BulkProgress) => void;
}

function Sample({ count, sample }: Preview) {
  return (
    <div class="preview">
      <p>
        <strong>{count}</strong> sagas are parked there now.
        {count > sample.length && ` The first ${sample.length}:`}
      </p>
      <ul>
        {sample.map(({ workflowId, businessKey }) => (
          <li key={workflowId}>
            <a href={addresses.saga(workflowId)}>{businessKey}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Counts first; what is sent then is refused where the count has changed meanwhile. */
function BulkDialog({ group, onClose, onStarted }: DialogProps) {
  const { api } = useGateway();
  const filter = groupFilter(group);
  const preview = useAnswer<Preview>(async () => {
    const body = { verb: 'retry', filter, reason: 'preview', dryRun: true } as const;
    return (await answerOf(api.POST('/sagas/bulk', { body: { ...standard, ...body } }))) as Preview;
  }, [filter]);
  const count = preview.answer?.count;
  const missing = count === undefined ? 'Counting first…' : undefined;
  return (
    <ActDialog
      title={`Retry all: ${group.saga}, ${group.step}, ${group.reason}`}
      does="Sends the parked step of each of these sagas again, five a second."
      consequence="Each participant does its step once, whatever else still arrives. A saga whose step fails again parks again; the run stops at the first failure that is new."
      send={count === undefined ? 'Retry' : `Retry ${count} sagas`}
      more={<Answered asked={preview}>{(found) => <Sample {...found} />}</Answered>}
      missing={count === 0 ? 'There is nothing to retry.' : missing}
      onClose={onClose}
      onSend={async ({ reason, key }) => {
        const body = {
          ...({ verb: 'retry', filter, reason, dryRun: false } as const),
          ...(count === undefined ? {} : { expectedCount: count }),
        };
        const params = { header: { 'Idempotency-Key': key } };
        const started = api.POST('/sagas/bulk', { params, body: { ...standard, ...body } });
        onStarted((await answerOf(started)) as BulkProgress);
      }}
    />
  );
}

/** The gateway's own defaults, which its description demands of a typed client. */
const standard = { ratePerSecond: 5, stopOnNewFailure: true } as const;

/** Retries every saga of a group, and shows how far that is. */
export function BulkRetry(props: { readonly group: ParkedGroup; readonly onMoved: () => void }) {
  const { group, onMoved } = props;
  const [isOpen, setOpen] = useState(false);
  const [started, setStarted] = useState<BulkProgress>();
  const start = (progress: BulkProgress): void => {
    setStarted(progress);
    setOpen(false);
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Retry all {group.count}
        <span class="unseen">
          {' '}
          of {group.saga}, {group.step}, {group.reason}
        </span>
      </button>
      {isOpen && <BulkDialog group={group} onClose={() => setOpen(false)} onStarted={start} />}
      {started && <BulkRun key={started.id} first={started} onMoved={onMoved} />}
    </>
  );
}
