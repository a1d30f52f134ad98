import type { GroupReport, LetterGroup } from '../gateway/saga-answers';
import { useAnswer } from '../gateway/use-gateway';
import { addresses } from '../parts/addresses';
import type { LetterFamily } from '../parts/addresses';
import { ActButton } from '../parts/act-button';
import { Answered, Nothing } from '../parts/answered';
import { counted } from '../parts/counted';
import { Ago } from '../parts/moment';
import { Section } from '../parts/page';
import { ChangesView } from './changes-view';
import { useLetters } from './use-letters';

function Preview(props: { readonly family: LetterFamily; readonly group: string }) {
  const desk = useLetters(props.family);
  const asked = useAnswer<GroupReport>(
    () => desk.retryGroup(props.group, { dryRun: true }),
    [props.family, props.group],
  );
  return (
    <div class="preview">
      <Answered asked={asked}>
        {({ aggregates, cleared, failures, changes, next }) => (
          <>
            <p>
              A dry run looked at {counted(aggregates, 'aggregate')}: {cleared} would be cleared,{' '}
              {failures.length} would still wait.
              {next !== undefined && ' There are more behind these; retry again for them.'}
            </p>
            <ChangesView changes={changes} />
          </>
        )}
      </Answered>
    </div>
  );
}

function Group(props: {
  readonly family: LetterFamily;
  readonly group: LetterGroup;
  readonly onDone: () => void;
}) {
  const { family, group, onDone } = props;
  const desk = useLetters(family);
  return (
    <li class="incident">
      <div>
        <h3>
          {group.projection}: <code>{group.reason}</code>
        </h3>
        <p class="breaking">{group.cause}</p>
        <p>
          {counted(group.letters, 'letter')} of {counted(group.aggregates, 'aggregate')}, the oldest{' '}
          <Ago at={group.firstAt} />
        </p>
      </div>
      <div class="verbs">
        <a href={addresses.lettersOf(family, { group: group.group })}>Show them</a>
        <ActButton
          {...{ label: 'Retry the group', send: 'Retry', title: `Retry: ${group.cause}` }}
          does="Applies the waiting events of every aggregate of the group again, each in order."
          consequence="What can be read now comes into the rows; what cannot goes on waiting, and nothing behind it is applied."
          more={<Preview family={family} group={group.group} />}
          done="The group was tried again."
          onSend={async (act) => {
            await desk.retryGroup(group.group, { dryRun: false, ...act });
          }}
          onDone={onDone}
        />
      </div>
    </li>
  );
}

/** Dead letters by cause, with a retry for all of one cause. */
export function LetterGroups(props: { readonly family: LetterFamily }) {
  const { family } = props;
  const desk = useLetters(family);
  const asked = useAnswer((signal) => desk.groups(signal), [family]);
  return (
    <Section title={`Dead letters of ${family}`}>
      <Answered asked={asked}>
        {(groups) =>
          groups.length === 0 ? (
            <Nothing>No event waits. There is nothing to do.</Nothing>
          ) : (
            <ul class="incidents">
              {groups.map((group) => (
                <Group key={group.group} family={family} group={group} onDone={asked.reload} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Section>
  );
}
