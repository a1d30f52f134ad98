import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { answerOf } from '../gateway/problem';
import { useAnswer, useEvery, useGateway } from '../gateway/use-gateway';
import { addresses } from '../parts/addresses';
import { Answered, Nothing } from '../parts/answered';
import { Page } from '../parts/page';
import { EventFilterForm } from './event-filter-form';
import { eventFilterFrom } from './event-filter';
import type { LogRecord } from '../gateway/answers';
import { EventTable } from './event-table';
import { sorted } from './records';

const everyMs = 3_000;
const shownMax = 50;

function TailSwitch(props: { readonly isOn: boolean; readonly onTurn: (isOn: boolean) => void }) {
  const { isOn, onTurn } = props;
  return (
    <div class="tail">
      <p class={`live live-${isOn ? 'live' : 'ended'}`} role="status">
        {isOn ? 'Looks again every 3 s' : 'Stands still'}
      </p>
      <button type="button" class="small" onClick={() => onTurn(!isOn)}>
        {isOn ? 'Hold' : 'Go on'}
      </button>
    </div>
  );
}

function Tail(props: { readonly records: readonly LogRecord[] }) {
  const { events, unreadable } = sorted(props.records);
  return (
    <>
      {unreadable.map(({ topic, partition, offset, problem }) => (
        <p role="alert" key={`${topic} ${partition} ${offset}`}>
          {topic}/{partition}@{offset} cannot be read: {problem}
        </p>
      ))}
      {events.length === 0 ? (
        <Nothing>No event fits. Leave a condition out, or wait: the page looks again.</Nothing>
      ) : (
        <EventTable events={events.toReversed()} label="Events, youngest first" withSaga />
      )}
    </>
  );
}

/** The youngest events of the log, by conditions that stand in the address. */
export function EventsPage() {
  const { api } = useGateway();
  const { query, route } = useLocation();
  const [isOn, setOn] = useState(true);
  const filter = eventFilterFrom(query);
  const asked = useAnswer(
    (signal) => {
      const params = { query: { ...filter, limit: shownMax } };
      return answerOf(api.GET('/events', { params, signal }));
    },
    [filter],
  );
  // A question about the log may take seconds: the next one waits for its answer.
  useEvery(everyMs, () => !asked.isLoading && asked.reload(), isOn && !asked.problem);
  return (
    <Page title="Events" aside={<TailSwitch isOn={isOn} onTurn={setOn} />}>
      <EventFilterForm filter={filter} onFilter={(next) => route(addresses.eventsWith(next))} />
      <Answered asked={asked}>{({ events }) => <Tail records={events} />}</Answered>
    </Page>
  );
}
