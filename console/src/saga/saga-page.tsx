import { useRoute } from 'preact-iso';
import { OlderNote } from '../events/older-note';
import { olderNote } from '../events/records';
import { useRoles } from '../gateway/use-gateway';
import { Answered, Nothing } from '../parts/answered';
import { Page, Section } from '../parts/page';
import { ProblemNote } from '../parts/problem-note';
import { LiveMark } from '../shell/overview-stream';
import { AwaitedList } from './awaited-list';
import { Acts, AllEvents, EffectsByDatabase } from './effects';
import { Explained } from './explained';
import { LanesView } from './lanes-view';
import { maySeeInside } from './rights';
import { SagaHead } from './saga-head';
import { useSaga } from './use-saga';

type Known = ReturnType<typeof useSaga>;

function Story({ known }: { readonly known: Known }) {
  const { now, explanation, events, acted } = known;
  if (now === undefined) return null;
  const seen = events.answer?.events ?? [];
  return (
    <>
      {(now.awaiting ?? []).length > 0 && (
        <Section title="What it waits for">
          <AwaitedList saga={now} onDone={acted} />
        </Section>
      )}
      <Section title="In plain words">
        <Answered asked={explanation}>
          {(told) => <Explained explanation={told} saga={now} onDone={acted} />}
        </Answered>
      </Section>
      <Section title="Steps in time">
        {(now.steps ?? []).length === 0 ? (
          <Nothing>No step has begun yet.</Nothing>
        ) : (
          <LanesView saga={now} events={seen} />
        )}
      </Section>
      <Acted known={known} />
    </>
  );
}

function Acted({ known }: { readonly known: Known }) {
  const { now, events } = known;
  const isInside = maySeeInside(useRoles());
  return (
    <>
      {isInside && (
        <Section title="Effects in each database">
          <Answered asked={events}>
            {({ events: all }) => (
              <>
                <OlderNote text={olderNote(all.length, `--saga ${now?.sagaId ?? ''}`)} />
                <EffectsByDatabase events={all} />
                <AllEvents events={all} />
              </>
            )}
          </Answered>
        </Section>
      )}
      <Section title="Who acted">{now && <Acts saga={now} />}</Section>
    </>
  );
}

/** Everything about one saga, live. */
export function SagaPage() {
  const { params } = useRoute();
  const known = useSaga(params.id ?? '');
  const { now, saga, streamed, acted } = known;
  const title = now === undefined ? 'Saga' : `${now.saga} ${now.businessKey}`;
  return (
    <Page title={title} aside={<LiveMark streamed={streamed} />}>
      {saga.problem && <ProblemNote problem={saga.problem} onAgain={saga.reload} />}
      {now === undefined && !saga.problem && <p class="quiet">Loading…</p>}
      {now && <SagaHead saga={now} onDone={acted} />}
      <Story known={known} />
    </Page>
  );
}
