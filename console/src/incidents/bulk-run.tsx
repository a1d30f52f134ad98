import { useEffect } from 'preact/hooks';
import { answerOf } from '../gateway/problem';
import type { BulkProgress } from '../gateway/saga-answers';
import { useAnswer, useEvery, useGateway } from '../gateway/use-gateway';
import { addresses } from '../parts/addresses';
import { ProblemNote } from '../parts/problem-note';
import { progressText } from './bulk-words';

const lookEveryMs = 1_000;

/** How far a bulk run is; it goes on at the gateway whether anybody looks or not. */
export function BulkRun(props: { readonly first: BulkProgress; readonly onMoved: () => void }) {
  const { first, onMoved } = props;
  const { api } = useGateway();
  const params = { path: { id: first.id } };
  const asked = useAnswer(
    (signal) => answerOf(api.GET('/sagas/bulk/{id}', { params, signal })),
    [first.id],
  );
  const progress = asked.answer ?? first;
  const isRunning = progress.state === 'running';
  useEvery(lookEveryMs, asked.reload, isRunning);
  useEffect(() => {
    if (!isRunning) onMoved();
  }, [isRunning]);
  const end = (): void => void api.DELETE('/sagas/bulk/{id}', { params }).then(asked.reload);
  const shown = progressText(progress);
  return (
    <div class="bulk-run">
      <progress
        aria-label="Sagas that were told"
        max={Math.max(progress.total, 1)}
        value={progress.accepted + progress.failed}
      />
      <p role="status">{shown}</p>
      {progress.failures.length > 0 && (
        <ul>
          {progress.failures.map(({ saga, code, detail }) => (
            <li key={saga}>
              <a href={addresses.saga(saga)}>{saga}</a> <code>{code}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {asked.problem && <ProblemNote problem={asked.problem} />}
      {isRunning && (
        <button type="button" onClick={end}>
          End it before its next saga
        </button>
      )}
    </div>
  );
}
