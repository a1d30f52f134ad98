import { useState } from 'preact/hooks';
import type { ProjectionLag } from '../gateway/answers';
import { answerOf } from '../gateway/problem';
import { useGateway } from '../gateway/use-gateway';
import { ActButton } from '../parts/act-button';
import { Ago } from '../parts/moment';

type Rebuild = NonNullable<ProjectionLag['rebuild']>;

/** How a rebuild stands, in words. */
const states: Readonly<Record<Rebuild['state'], string>> = {
  running: 'A rebuild is under way',
  switched: 'Rebuilt, and read from the new generation',
  differs: 'Rebuilt, and not switched: rows differ',
  letters: 'Rebuilt, and not switched: the new generation has dead letters of its own',
  failed: 'The rebuild failed',
  stopped: 'The rebuild was stopped',
};

/** The last rebuild that the projector was asked for. */
export function RebuildNote({ rebuild }: { readonly rebuild: ProjectionLag['rebuild'] }) {
  if (rebuild === undefined) return null;
  const { state, by, reason, begunAt, endedAt, code, detail } = rebuild;
  return (
    <p class={state === 'failed' ? 'problem' : 'quiet'}>
      {states[state]} (<Ago at={endedAt ?? begunAt} />, asked for by <code>{by.slice(0, 8)}</code>:{' '}
      {reason})
      {code && (
        <>
          {' '}
          <code>{code}</code>
        </>
      )}
      {detail && `: ${detail}`}
    </p>
  );
}

/** Begins a rebuild; the projector says how far it is. */
export function RebuildButton({
  name,
  onDone,
}: {
  readonly name: string;
  readonly onDone: () => void;
}) {
  const { api } = useGateway();
  const [acceptLetters, setAcceptLetters] = useState(false);
  const more = (
    <label class="choice">
      <input
        type="checkbox"
        checked={acceptLetters}
        onChange={(event) => setAcceptLetters(event.currentTarget.checked)}
      />{' '}
      Switch although it has dead letters that the live one does not have
    </label>
  );
  return (
    <ActButton
      {...{ label: 'Rebuild', send: 'Rebuild', title: `Rebuild ${name}`, more, onDone }}
      does="Folds the log from its first record into a new generation, beside the one that is read."
      consequence="The live one answers meanwhile. Caught up, samples of both are compared, and the new one is read from then on; the one before is kept until the next rebuild. The projector has more to do while it lasts."
      done="The rebuild has begun."
      onSend={async ({ reason, key }) => {
        const header = { 'Idempotency-Key': key };
        const told = { params: { path: { name }, header }, body: { reason, acceptLetters } };
        await answerOf(api.POST('/projections/{name}/rebuild', told));
      }}
    />
  );
}
