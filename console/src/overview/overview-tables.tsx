import type { Overview, ParkedGroup } from '../gateway/answers';
import { addresses } from '../parts/addresses';
import { Nothing } from '../parts/answered';
import { Ago } from '../parts/moment';
import { outcomeRows, outcomes } from './figures';

/** How the sagas of each type ended. */
export function OutcomeTable(props: { readonly overview: Overview }) {
  const rows = outcomeRows(props.overview.ended);
  if (rows.length === 0)
    return (
      <Nothing>No saga has ended in this time. Start one with POST /sagas/{'{saga}'}.</Nothing>
    );
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Saga</th>
          {outcomes.map((outcome) => (
            <th scope="col" key={outcome} class="number">
              {outcome}
            </th>
          ))}
          <th scope="col" class="number">
            all
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ saga, counts, all }) => (
          <tr key={saga}>
            <th scope="row">
              <a href={addresses.sagasWith({ saga })}>{saga}</a>
            </th>
            {outcomes.map((outcome) => (
              <td key={outcome} class="number" data-label={outcome}>
                {counts[outcome] === 0 ? (
                  0
                ) : (
                  <a href={addresses.sagasWith({ saga, state: outcome })}>{counts[outcome]}</a>
                )}
              </td>
            ))}
            <td class="number" data-label="all">
              {all}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Sagas that wait for a person, by where and why. */
export function ParkedTable(props: { readonly parked: readonly ParkedGroup[] }) {
  if (props.parked.length === 0)
    return <Nothing>No saga waits for a person. There is nothing to do.</Nothing>;
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Saga and step</th>
          <th scope="col">Reason</th>
          <th scope="col" class="number">
            Sagas
          </th>
          <th scope="col">Oldest</th>
        </tr>
      </thead>
      <tbody>
        {props.parked.map((group) => (
          <tr key={`${group.saga} ${group.step} ${group.reason}`}>
            <th scope="row">
              <a href={addresses.incident(group)}>
                {group.saga}: {group.step}
              </a>
            </th>
            <td data-label="Reason">
              <code>{group.reason}</code>
            </td>
            <td class="number" data-label="Sagas">
              {group.count}
            </td>
            <td data-label="Oldest">
              <Ago at={group.since} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
