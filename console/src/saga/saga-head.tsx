import type { Saga } from '../gateway/saga-answers';
import { CopyLine } from '../parts/json-block';
import { Moment } from '../parts/moment';
import { StateBadge } from '../parts/state-badge';
import { durationText } from '../parts/times';
import { hasEnded, traceLine } from './story';
import { WholeVerbs } from './verb-buttons';

function Facts({ saga }: { readonly saga: Saga }) {
  const { startedAt = '', finishedAt } = saga;
  const tookMs = Date.parse(finishedAt ?? '') - Date.parse(startedAt);
  return (
    <dl class="facts">
      <dt>Saga</dt>
      <dd>{saga.saga}</dd>
      <dt>Business key</dt>
      <dd>{saga.businessKey}</dd>
      <dt>Started</dt>
      <dd>
        <Moment at={saga.startedAt} withMs />
      </dd>
      {finishedAt !== undefined && (
        <>
          <dt>Ended</dt>
          <dd>
            <Moment at={finishedAt} withMs /> (took {durationText(tookMs)})
          </dd>
        </>
      )}
      {saga.deadlineAt !== undefined && !hasEnded(saga) && (
        <>
          <dt>Deadline</dt>
          <dd>
            <Moment at={saga.deadlineAt} />
          </dd>
        </>
      )}
      {saga.reason !== undefined && (
        <>
          <dt>Turned back by</dt>
          <dd>
            <code>{saga.reason}</code>
          </dd>
        </>
      )}
      {(saga.generation ?? 0) > 0 && (
        <>
          <dt>Recovery</dt>
          <dd>number {saga.generation} runs it</dd>
        </>
      )}
      <dt>Id</dt>
      <dd>
        <code class="breaking">{saga.id}</code>
      </dd>
    </dl>
  );
}

/** Who and what a saga is, how it stands, and what may be done with it as a whole. */
export function SagaHead(props: { readonly saga: Saga; readonly onDone: () => void }) {
  const { saga, onDone } = props;
  const { notes = [], links } = saga;
  return (
    <div class="saga-head">
      <p class="saga-state">
        <StateBadge state={saga.state} />
        {saga.paused === true && <StateBadge state="paused" text="held by an operator" />}
      </p>
      <Facts saga={saga} />
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <div class="saga-ways">
        {links.webUi !== undefined && (
          <a href={links.webUi} rel="noreferrer" target="_blank">
            In the Temporal Web UI
          </a>
        )}
        <CopyLine text={traceLine(saga.id)} label="Copy the command for its trace" />
      </div>
      <WholeVerbs saga={saga} onDone={onDone} />
    </div>
  );
}
