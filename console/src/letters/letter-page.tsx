import { useLocation, useRoute } from 'preact-iso';
import type { WholeLetter } from '../gateway/saga-answers';
import { useAnswer } from '../gateway/use-gateway';
import { addresses, familyOf } from '../parts/addresses';
import type { LetterFamily } from '../parts/addresses';
import { Answered, Nothing } from '../parts/answered';
import { JsonBlock } from '../parts/json-block';
import { Moment } from '../parts/moment';
import { Page, Section } from '../parts/page';
import { LetterActs } from './letter-acts';
import { useLetters } from './use-letters';

function Facts({ letter }: { readonly letter: WholeLetter }) {
  return (
    <dl class="facts">
      <dt>Aggregate</dt>
      <dd>
        <a href={addresses.aggregate(letter.aggregateId)}>{letter.aggregateId}</a> #{letter.seq}
      </dd>
      <dt>Projection</dt>
      <dd>{letter.projection}</dd>
      <dt>Reason</dt>
      <dd>
        <code>{letter.reason}</code> {letter.detail}
      </dd>
      <dt>Parked</dt>
      <dd>
        <Moment at={letter.parkedAt} />
      </dd>
      {letter.settled && (
        <>
          <dt>Done with</dt>
          <dd>
            {letter.settled.end}, <Moment at={letter.settled.at} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Queue(props: { readonly letter: WholeLetter; readonly family: LetterFamily }) {
  const { queue = [], id } = props.letter;
  if (queue.length === 0) return <Nothing>Nothing waits with it.</Nothing>;
  return (
    <ol class="acts">
      {queue.map((one) => (
        <li key={one.id}>
          {one.id === id ? (
            <strong>this one, #{one.seq}</strong>
          ) : (
            <a href={addresses.letter(props.family, one.id)}>
              letter {one.id}, #{one.seq}
            </a>
          )}{' '}
          <code>{one.reason}</code> {one.detail}
        </li>
      ))}
    </ol>
  );
}

function Acts({ letter }: { readonly letter: WholeLetter }) {
  const { acts = [] } = letter;
  if (acts.length === 0) return <Nothing>Nobody has done anything about it yet.</Nothing>;
  return (
    <ol class="acts">
      {acts.map((act) => (
        <li key={act.id}>
          <Moment at={act.at} /> <strong>{act.verb}</strong> of letter {act.letterId}: {act.reason}{' '}
          <span class="quiet">
            by <code class="breaking">{act.actor}</code>
          </span>
        </li>
      ))}
    </ol>
  );
}

/** One dead letter: what it says, why it waits, who did what about it. */
export function LetterPage() {
  const { params } = useRoute();
  const family = familyOf(useLocation().query);
  const desk = useLetters(family);
  const id = params.id ?? '';
  const asked = useAnswer((signal) => desk.letter(id, signal), [family, id]);
  return (
    <Page title={`Dead letter ${id}`}>
      <p>
        <a href={addresses.lettersOf(family)}>All dead letters of {family}</a>
      </p>
      <Answered asked={asked}>
        {(letter) => (
          <>
            <Facts letter={letter} />
            <LetterActs key={letter.id} family={family} letter={letter} onDone={asked.reload} />
            <Section title="Payload">
              {letter.edited !== undefined && <p>A person put this in the place of the event’s:</p>}
              {letter.edited !== undefined && (
                <JsonBlock value={letter.edited} label="Edited payload" />
              )}
              {letter.edited !== undefined && <p>As it is in the log:</p>}
              <JsonBlock value={letter.payload} label="Payload as it is in the log" />
            </Section>
            <Section title="Waits together with">
              <Queue letter={letter} family={family} />
            </Section>
            <Section title="Who acted">
              <Acts letter={letter} />
            </Section>
          </>
        )}
      </Answered>
    </Page>
  );
}
