import type { LogEvent } from '../gateway/answers';
import type { Saga } from '../gateway/saga-answers';
import { EventTable } from '../events/event-table';
import { addresses } from '../parts/addresses';
import { Nothing } from '../parts/answered';
import { Moment } from '../parts/moment';
import { effectsOf, inTime } from './story';

/** What the saga left in each database, by the events that were written in the same transactions. */
export function EffectsByDatabase(props: { readonly events: readonly LogEvent[] }) {
  const effects = effectsOf(props.events);
  if (effects.length === 0)
    return (
      <Nothing>No event of this saga is in the log yet. It shows here as soon as one is.</Nothing>
    );
  return (
    <div class="databases">
      {effects.map(({ service, database, events }) => (
        <div class="database" key={service}>
          <h3>
            {service} <span class="quiet">{database}</span>
          </h3>
          <ol>
            {events.map((event) => (
              <li key={`${event.aggregateId} ${event.seq}`} class={`effect-${event.direction}`}>
                <Moment at={event.time} withMs /> <strong>{event.type}</strong>{' '}
                <a href={addresses.aggregate(event.aggregateId)}>{event.aggregateId}</a>
                {event.direction === 'undo' && <span class="tag tag-undo">undo</span>}
              </li>
            ))}
          </ol>
        </div>
      ))}
    </div>
  );
}

/** Every event of the saga, by time. */
export function AllEvents(props: { readonly events: readonly LogEvent[] }) {
  if (props.events.length === 0) return null;
  return (
    <details>
      <summary>All {props.events.length} events in order</summary>
      <EventTable events={inTime(props.events)} label="All events of the saga, by time" />
    </details>
  );
}

/** Who did what to the saga and why, as the journal keeps it. */
export function Acts(props: { readonly saga: Saga }) {
  const { acts = [] } = props.saga;
  if (acts.length === 0) return <Nothing>Nobody has told this saga anything.</Nothing>;
  return (
    <ol class="acts">
      {acts.map((act) => (
        <li key={`${act.at} ${act.verb}`}>
          <Moment at={act.at} /> <strong>{act.verb}</strong>
          {act.step !== undefined && ` at ${act.step}`}: {act.reason}{' '}
          <span class="quiet">
            by <code class="breaking">{act.actor}</code>
          </span>
        </li>
      ))}
    </ol>
  );
}
