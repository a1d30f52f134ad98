import { useState } from 'preact/hooks';
import { payloadFault } from '../parts/json-text';
import type { LetterReport, WholeLetter } from '../gateway/saga-answers';
import { useAnswer } from '../gateway/use-gateway';
import type { LetterFamily } from '../parts/addresses';
import { ActButton } from '../parts/act-button';
import { Answered } from '../parts/answered';
import { counted } from '../parts/counted';
import { ChangesView } from './changes-view';
import { useLetters } from './use-letters';
import type { LetterVerb } from './use-letters';

interface ActProps {
  readonly family: LetterFamily;
  readonly letter: WholeLetter;
  readonly onDone: () => void;
}

function Report({ report }: { readonly report: LetterReport }) {
  const { applied, settled, left, stopped, changes } = report;
  return (
    <>
      <p>
        A dry run: {counted(applied, 'event')} would come into the rows,{' '}
        {counted(settled, 'letter')} would be done with, {left} would still wait.
      </p>
      {stopped && (
        <p>
          It would stop at letter {stopped.id}: <code>{stopped.reason}</code> {stopped.detail}
        </p>
      )}
      <ChangesView changes={changes} />
    </>
  );
}

function DryRun(
  props: ActProps & {
    readonly verb: LetterVerb;
    readonly payload?: unknown;
    readonly turn?: number;
  },
) {
  const { family, letter, verb, payload } = props;
  const desk = useLetters(family);
  const told = { dryRun: true, ...(payload === undefined ? {} : { payload }) } as const;
  const asked = useAnswer(() => desk.act(letter.id, verb, told), [letter.id, verb, props.turn]);
  return (
    <div class="preview">
      <Answered asked={asked}>{(report) => <Report report={report} />}</Answered>
    </div>
  );
}

function EditButton(props: ActProps) {
  const { family, letter, onDone } = props;
  const desk = useLetters(family);
  const given = letter.edited ?? letter.payload;
  const start = typeof given === 'string' ? given : JSON.stringify(given, undefined, 2);
  const [text, setText] = useState(start);
  const [tried, setTried] = useState<{ readonly turn: number; readonly payload: unknown }>();
  const missing = payloadFault(text);
  const more = (
    <>
      <label class="field">
        The whole payload, as JSON
        <textarea
          rows={12}
          class="code"
          spellcheck={false}
          value={text}
          aria-invalid={missing !== undefined}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        disabled={missing !== undefined}
        onClick={() =>
          setTried({ turn: (tried?.turn ?? 0) + 1, payload: JSON.parse(text) as unknown })
        }
      >
        Dry run with this payload
      </button>
      {tried && <DryRun {...props} verb="edit" payload={tried.payload} turn={tried.turn} />}
    </>
  );
  return (
    <ActButton
      {...{
        label: 'Edit',
        send: 'Put it in its place',
        title: 'Edit the payload',
        more,
        missing,
        onDone,
      }}
      does="Puts another payload in the place of this letter’s, for this read model."
      consequence="The log keeps the event as it is, so a rebuild from the log meets the same trouble again. The edit alone applies nothing: retry afterwards."
      done="The payload was put in its place. Retry to apply it."
      onSend={async (act) => {
        await desk.act(letter.id, 'edit', {
          ...{ dryRun: false, payload: JSON.parse(text) as unknown },
          ...act,
        });
      }}
    />
  );
}

const words = {
  retry: {
    ...{ label: 'Retry', send: 'Retry', title: 'Retry the aggregate’s events' },
    does: 'Applies the waiting events of the letter’s aggregate again, in order.',
    consequence:
      'It ends at the first that still cannot be applied; those behind it go on waiting.',
    done: 'It was tried again.',
  },
  discard: {
    ...{ label: 'Discard', send: 'Discard for good', title: 'Discard the letter' },
    does: 'Passes this event by for good, and applies those behind it.',
    consequence:
      'The row never learns what this event said, and may be wrong from then on. The log keeps the event; the letter is kept as discarded.',
    done: 'The letter was discarded.',
  },
} as const;

/** What may be done about a letter, each with a dry run before it. */
export function LetterActs(props: ActProps) {
  const { family, letter, onDone } = props;
  const desk = useLetters(family);
  if (letter.settled !== undefined) return null;
  return (
    <div class="verbs" role="group" aria-label="What may be done about the letter">
      {(['retry', 'discard'] as const).map((verb) => (
        <ActButton
          key={verb}
          {...words[verb]}
          {...(verb === 'discard' ? { kind: 'danger' as const } : {})}
          more={<DryRun {...props} verb={verb} />}
          onSend={async (act) => {
            await desk.act(letter.id, verb, { dryRun: false, ...act });
          }}
          onDone={onDone}
        />
      ))}
      <EditButton {...props} />
    </div>
  );
}
