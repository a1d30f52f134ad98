import type { Saga } from '../gateway/saga-answers';
import { addresses } from '../parts/addresses';
import { Moment } from '../parts/moment';
import { durationText } from '../parts/times';
import type { Bar, LaneRow } from './lanes';
import { databases } from './story';

function Times({ bar }: { readonly bar: Bar }) {
  const { span } = bar;
  return (
    <>
      <dt>{bar.isBeginGuessed ? 'Began, at the earliest' : 'Began'}</dt>
      <dd>
        <Moment at={new Date(span.fromMs).toISOString()} withMs />
      </dd>
      <dt>{bar.isOpen ? 'So far' : 'Took'}</dt>
      <dd>{durationText(span.toMs - span.fromMs)}</dd>
    </>
  );
}

/** What is known of the step whose bar has the pointer or the focus. */
export function StepDetails(props: {
  readonly row: LaneRow | undefined;
  readonly saga: Saga;
  readonly direction: Bar['direction'] | undefined;
}) {
  const { row, saga, direction = 'forward' } = props;
  if (row === undefined)
    return (
      <p class="step-details quiet">
        Point at a bar, or go to one with Tab, to read about its step.
      </p>
    );
  const { step } = row;
  const bar = row[direction];
  const place = saga.parked?.find((one) => one.step === step.name);
  const database = databases[step.participant ?? ''];
  return (
    <dl class="step-details facts">
      <dt>{direction === 'undo' ? 'Undo of' : 'Step'}</dt>
      <dd>
        <strong>{step.name}</strong>
      </dd>
      <dt>Kind</dt>
      <dd>{step.kind ?? 'not told before the end'}</dd>
      <dt>Status</dt>
      <dd>{bar?.status ?? step.status}</dd>
      <dt>Participant</dt>
      <dd>
        {step.participant}
        {database !== undefined && ` (${database})`} {step.command && <code>{step.command}</code>}
      </dd>
      {step.epoch !== undefined && (
        <>
          <dt>Epoch</dt>
          <dd>{step.epoch}</dd>
        </>
      )}
      {bar && <Times bar={bar} />}
      {bar?.reason !== undefined && (
        <>
          <dt>Reason</dt>
          <dd>
            <code>{bar.reason}</code>
          </dd>
        </>
      )}
      {place && (
        <>
          <dt>Parked</dt>
          <dd>
            {place.direction}, {place.condition}, <code>{place.reason}</code>
          </dd>
        </>
      )}
      {step.child !== undefined && (
        <>
          <dt>Is a saga</dt>
          <dd>
            <a href={addresses.saga(step.child)}>{step.child}</a>
          </dd>
        </>
      )}
    </dl>
  );
}
