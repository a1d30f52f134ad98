import type { Awaited, Saga } from '../gateway/saga-answers';
import { useViewer } from '../gateway/use-gateway';
import { ActButton } from '../parts/act-button';
import { Moment } from '../parts/moment';
import { consequences } from './consequences';
import { InputVerbButton } from './input-verb-button';
import { mayAnswer } from './rights';
import { useVerbs } from './use-verbs';

interface AwaitedProps {
  readonly saga: Saga;
  readonly awaited: Awaited;
  readonly onDone: () => void;
}

function Decision({ saga, awaited, onDone }: AwaitedProps) {
  const send = useVerbs(saga.id);
  const { step } = awaited;
  const decide = (approved: boolean) => (act: { reason: string; key: string }) =>
    send('decide', { ...act, step, approved });
  return (
    <div class="verbs" role="group" aria-label={`Decide about ${step}`}>
      <ActButton
        {...consequences.approve}
        {...{ label: 'Approve', send: 'Approve', kind: 'primary' }}
        done={`Approved: ${step}.`}
        onSend={decide(true)}
        onDone={onDone}
      />
      <ActButton
        {...consequences.deny}
        {...{ label: 'Deny', send: 'Deny', kind: 'danger' }}
        done={`Denied: ${step}.`}
        onSend={decide(false)}
        onDone={onDone}
      />
    </div>
  );
}

function Delivery({ saga, awaited, onDone }: AwaitedProps) {
  const send = useVerbs(saga.id);
  const { step } = awaited;
  return (
    <div class="verbs">
      <InputVerbButton
        {...consequences.deliver}
        {...{ label: 'Hand it over', send: 'Hand it over', isNeeded: false, onDone }}
        done={`Handed over: ${step}.`}
        onSend={(act) => send('deliver', { ...act, step })}
      />
    </div>
  );
}

/** What the saga waits for from outside, with the buttons of whoever may answer it. */
export function AwaitedList(props: { readonly saga: Saga; readonly onDone: () => void }) {
  const viewer = useViewer();
  const { saga } = props;
  return (
    <ul class="awaited">
      {(saga.awaiting ?? []).map((awaited) => (
        <li key={awaited.step}>
          <p>
            <strong>{awaited.step}</strong> waits for somebody with the role{' '}
            <code>{awaited.role}</code>
            {awaited.amountCents !== undefined &&
              `, about ${(awaited.amountCents / 100).toFixed(2)}`}
            , until <Moment at={awaited.until} />; then the saga goes back. Nobody decides about
            what they asked for themselves.
          </p>
          {mayAnswer(viewer, awaited, saga) &&
            (awaited.kind === 'approval' ? (
              <Decision {...props} awaited={awaited} />
            ) : (
              <Delivery {...props} awaited={awaited} />
            ))}
        </li>
      ))}
    </ul>
  );
}
