import { useLocation } from 'preact-iso';
import type { ParkedGroup } from '../gateway/answers';
import { answerOf } from '../gateway/problem';
import { useAnswer, useGateway, useRoles } from '../gateway/use-gateway';
import { LetterGroups } from '../letters/letter-groups';
import { addresses } from '../parts/addresses';
import { Answered, Nothing } from '../parts/answered';
import { Ago } from '../parts/moment';
import { Page, Section } from '../parts/page';
import { isOperator } from '../saga/rights';
import { LiveMark, useLive } from '../shell/overview-stream';
import { BulkRetry } from './bulk-retry';
import { withFirst } from './bulk-words';

function Group(props: {
  readonly group: ParkedGroup;
  readonly isWanted: boolean;
  readonly onMoved: () => void;
}) {
  const { group, isWanted, onMoved } = props;
  const { saga, step, reason, count, since } = group;
  const query = { saga, step, parkedReason: reason, state: 'parked' };
  return (
    <li class={`incident${isWanted ? ' incident-wanted' : ''}`}>
      <div>
        <h3>
          {saga}: {step}
        </h3>
        <p>
          <code>{reason}</code> · <strong>{count}</strong>{' '}
          {count === 1 ? 'saga waits' : 'sagas wait'}, the oldest parked <Ago at={since} />
        </p>
      </div>
      <div class="verbs">
        <a href={addresses.sagasWith(query)}>
          Show them
          <span class="unseen">
            : {saga}, {step}, {reason}
          </span>
        </a>
        {isOperator(useRoles()) && <BulkRetry group={group} onMoved={onMoved} />}
      </div>
    </li>
  );
}

function Groups(props: { readonly parked: readonly ParkedGroup[]; readonly onMoved: () => void }) {
  const { query } = useLocation();
  if (props.parked.length === 0)
    return <Nothing>No saga waits for a person. There is nothing to do.</Nothing>;
  return (
    <ul class="incidents">
      {withFirst(props.parked, query).map((group) => (
        <Group
          key={`${group.saga} ${group.step} ${group.reason}`}
          group={group}
          isWanted={group.step === query.step && group.reason === query.reason}
          onMoved={props.onMoved}
        />
      ))}
    </ul>
  );
}

/** What waits for a person: parked sagas by where and why, and dead letters by cause. */
export function IncidentsPage() {
  const live = useLive();
  const { api } = useGateway();
  const asked = useAnswer((signal) => answerOf(api.GET('/overview', { signal })), []);
  const overview = live.overview ?? asked.answer;
  const mayAct = isOperator(useRoles());
  return (
    <Page title="Incidents" aside={<LiveMark streamed={live} />}>
      <Section title="Parked sagas">
        {overview ? (
          <Groups parked={overview.parked} onMoved={asked.reload} />
        ) : (
          <Answered asked={asked}>{() => null}</Answered>
        )}
      </Section>
      {mayAct && (
        <>
          <LetterGroups family="read models" />
          <LetterGroups family="reactions" />
        </>
      )}
    </Page>
  );
}
