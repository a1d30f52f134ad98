import type { Saga } from '../gateway/saga-answers';
import { addresses } from '../parts/addresses';
import { Moment } from '../parts/moment';
import { StateBadge } from '../parts/state-badge';
import { durationText } from '../parts/times';

function lengthOf({ startedAt, finishedAt }: Saga): string {
  if (startedAt === undefined || finishedAt === undefined) return '–';
  return durationText(Date.parse(finishedAt) - Date.parse(startedAt));
}

function WhyCell({ saga }: { readonly saga: Saga }) {
  const { reason, parked = [] } = saga;
  return (
    <>
      {reason !== undefined && <code>{reason}</code>}
      {parked.map((place) => (
        <span key={place.step}>
          {place.step}: <code>{place.reason}</code>
        </span>
      ))}
      {reason === undefined && parked.length === 0 && '–'}
    </>
  );
}

/** Sagas, newest first; on small screens each row is a card. */
export function SagaTable(props: { readonly sagas: readonly Saga[] }) {
  return (
    <table class="table cards">
      <caption class="unseen">Sagas, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Business key</th>
          <th scope="col">Saga</th>
          <th scope="col">State</th>
          <th scope="col">Reason</th>
          <th scope="col">Started</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {props.sagas.map((saga) => (
          <tr key={saga.id}>
            <th scope="row">
              <a href={addresses.saga(saga.id)}>{saga.businessKey || saga.id}</a>
            </th>
            <td data-label="Saga">{saga.saga}</td>
            <td data-label="State">
              <StateBadge state={saga.state} />
            </td>
            <td data-label="Reason" class="stacked">
              <WhyCell saga={saga} />
            </td>
            <td data-label="Started">
              <Moment at={saga.startedAt} />
            </td>
            <td data-label="Took">{lengthOf(saga)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
