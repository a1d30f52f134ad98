import { useLocation } from 'preact-iso';
import { answerOf } from '../gateway/problem';
import { useAnswer, useGateway } from '../gateway/use-gateway';
import { addresses } from '../parts/addresses';
import { Answered, Nothing } from '../parts/answered';
import { Page, Section } from '../parts/page';
import { inOrder, missingNumbers } from './as-of';
import { EventTable } from './event-table';
import { AsOfPart, DifferencePart } from './moments';
import { OlderNote } from './older-note';
import { eventsShownMax, olderNote, sorted } from './records';
import type { LogEvent } from '../gateway/answers';

function History({ events }: { readonly events: readonly LogEvent[] }) {
  const ordered = inOrder(events);
  const missing = missingNumbers(ordered);
  const first = ordered[0]?.seq ?? 1;
  return (
    <>
      {first > 1 && (
        <p class="quiet">
          Only its last {ordered.length} events are here: what was said before #{first} is missing
          below.
        </p>
      )}
      {missing.length > 0 && (
        <p role="alert">
          Numbers {missing.slice(0, 10).join(', ')} are missing in the log: look at the auditor.
        </p>
      )}
      <Section title="Events in order">
        <EventTable events={ordered} label="Events of the aggregate, in order" withSaga />
      </Section>
      <Section title="As of an event">
        <AsOfPart events={ordered} />
      </Section>
      <Section title="Between two events">
        <DifferencePart events={ordered} />
      </Section>
    </>
  );
}

/** One aggregate: everything that happened to it, what was known when, and what changed between. */
export function AggregatePage() {
  const { api } = useGateway();
  const { query } = useLocation();
  const aggregate = query.id ?? '';
  const asked = useAnswer(
    async (signal) => {
      const params = { query: { aggregate, limit: eventsShownMax } };
      return sorted((await answerOf(api.GET('/events', { params, signal }))).events);
    },
    [aggregate],
  );
  return (
    <Page title={aggregate === '' ? 'Aggregate' : aggregate}>
      <p>
        <a href={addresses.eventsWith({ aggregate })}>Its events in the tail</a>
      </p>
      <Answered asked={asked}>
        {({ events }) =>
          events.length === 0 ? (
            <Nothing>No event of it is in the log. Compare its id, for example order/o-1.</Nothing>
          ) : (
            <>
              <OlderNote text={olderNote(events.length, aggregate)} />
              <History events={events} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}
