import { useLocation } from 'preact-iso';
import type { LetterLine } from '../gateway/saga-answers';
import { useAnswer } from '../gateway/use-gateway';
import { addresses, familyOf } from '../parts/addresses';
import type { LetterFamily } from '../parts/addresses';
import { Answered, Nothing } from '../parts/answered';
import { Ago } from '../parts/moment';
import { Page } from '../parts/page';
import { useLetters } from './use-letters';

function Families({ family }: { readonly family: LetterFamily }) {
  const all: readonly LetterFamily[] = ['read models', 'reactions'];
  return (
    <nav class="tabs" aria-label="Whose dead letters">
      {all.map((one) => (
        <a
          key={one}
          href={addresses.lettersOf(one)}
          aria-current={one === family ? 'page' : undefined}
        >
          Of {one}
        </a>
      ))}
    </nav>
  );
}

function LetterTable(props: {
  readonly letters: readonly LetterLine[];
  readonly family: LetterFamily;
}) {
  return (
    <table class="table cards">
      <caption class="unseen">Dead letters that wait, in order of arrival</caption>
      <thead>
        <tr>
          <th scope="col">Letter</th>
          <th scope="col">Projection</th>
          <th scope="col">Aggregate</th>
          <th scope="col">Reason</th>
          <th scope="col">Parked</th>
        </tr>
      </thead>
      <tbody>
        {props.letters.map((letter) => (
          <tr key={letter.id}>
            <th scope="row">
              <a href={addresses.letter(props.family, letter.id)}>
                {letter.id} {letter.type}
              </a>
              {letter.isEdited === true && <span class="tag">edited</span>}
            </th>
            <td data-label="Projection">{letter.projection}</td>
            <td data-label="Aggregate">
              {letter.aggregateId} <span class="quiet">#{letter.seq}</span>
            </td>
            <td data-label="Reason" class="stacked">
              <code>{letter.reason}</code>
              <span>{letter.detail}</span>
            </td>
            <td data-label="Parked">
              <Ago at={letter.parkedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const filterNames = ['projection', 'group', 'aggregate', 'reason', 'after'] as const;

/** Events that could not be applied, and those that wait behind them. */
export function LettersPage() {
  const { query } = useLocation();
  const family = familyOf(query);
  const desk = useLetters(family);
  const filter = Object.fromEntries(
    filterNames.flatMap((name) => (query[name] ? [[name, query[name]]] : [])),
  );
  const asked = useAnswer((signal) => desk.list(filter, signal), [family, filter]);
  return (
    <Page title="Dead letters">
      <Families family={family} />
      {Object.keys(filter).length > 0 && (
        <p>
          Only some are shown. <a href={addresses.lettersOf(family)}>Show all</a>
        </p>
      )}
      <Answered asked={asked}>
        {({ letters, next }) => (
          <>
            {letters.length === 0 ? (
              <Nothing>No event waits for a person. There is nothing to do.</Nothing>
            ) : (
              <LetterTable letters={letters} family={family} />
            )}
            {next !== undefined && (
              <nav class="pager" aria-label="Parts of the list">
                <a href={addresses.lettersOf(family, { ...filter, after: next })}>Later ones</a>
              </nav>
            )}
          </>
        )}
      </Answered>
    </Page>
  );
}
