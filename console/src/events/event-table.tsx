import type { LogEvent } from '../gateway/answers';
import { addresses } from '../parts/addresses';
import { JsonBlock } from '../parts/json-block';
import { Moment } from '../parts/moment';

function EventRow(props: { readonly event: LogEvent; readonly withSaga: boolean }) {
  const { event, withSaga } = props;
  const { step, direction, epoch, sagaId } = event;
  const id = `${event.aggregateId} number ${event.seq}`;
  const workflowId = sagaId?.split('/')[0] ?? '';
  return (
    <tr>
      <td data-label="Time">
        <Moment at={event.time} withMs />
      </td>
      <th scope="row">
        {event.type} <span class="quiet">v{event.schema}</span>
      </th>
      <td data-label="Aggregate">
        <a href={addresses.aggregate(event.aggregateId)}>{event.aggregateId}</a>
        <span class="quiet"> #{event.seq}</span>
      </td>
      <td data-label="Step">
        {step ? `${direction === 'undo' ? 'undo of ' : ''}${step}` : '–'}
        {epoch !== undefined && step ? <span class="quiet"> epoch {epoch}</span> : null}
      </td>
      {withSaga && (
        <td data-label="Saga">
          {workflowId === '' ? '–' : <a href={addresses.saga(workflowId)}>{workflowId}</a>}
        </td>
      )}
      <td data-label="Content">
        <details>
          <summary aria-label={`Content of ${event.type}, ${id}`}>content</summary>
          <JsonBlock value={event.data} label={`Content of ${id}`} />
        </details>
      </td>
    </tr>
  );
}

/** Events of the log, in the order they are given. */
export function EventTable(props: {
  readonly events: readonly LogEvent[];
  readonly label: string;
  readonly withSaga?: boolean;
}) {
  const { events, label, withSaga = false } = props;
  return (
    <table class="table cards events">
      <caption class="unseen">{label}</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Event</th>
          <th scope="col">Aggregate</th>
          <th scope="col">Step</th>
          {withSaga && <th scope="col">Saga</th>}
          <th scope="col">Content</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <EventRow
            key={`${event.service} ${event.partition} ${event.offset}`}
            event={event}
            withSaga={withSaga}
          />
        ))}
      </tbody>
    </table>
  );
}
