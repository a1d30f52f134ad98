import type { SagaType } from '../gateway/saga-answers';
import { answerOf } from '../gateway/problem';
import { useAnswer, useGateway, useRoles } from '../gateway/use-gateway';
import { ActButton } from '../parts/act-button';
import { Answered } from '../parts/answered';
import { Moment } from '../parts/moment';
import { Section } from '../parts/page';
import { StateBadge } from '../parts/state-badge';
import { isOperator } from '../saga/rights';

const words = {
  stop: {
    ...{ label: 'Stop', send: 'Stop', kind: 'danger' as const },
    does: 'Starts no more sagas of this type, until it is resumed.',
    consequence:
      'Starts are refused. Those already on their way wait at the journal. Sagas that run go on to their end.',
  },
  resume: {
    ...{ label: 'Resume', send: 'Resume' },
    does: 'Lets sagas of this type start again.',
    consequence: 'Those that waited at the journal begin at once.',
  },
} as const;

function Switch(props: { readonly type: SagaType; readonly onDone: () => void }) {
  const { type, onDone } = props;
  const { api } = useGateway();
  const verb = type.stopped ? 'resume' : 'stop';
  return (
    <ActButton
      {...words[verb]}
      title={`${words[verb].label} ${type.name}`}
      label={`${words[verb].label} ${type.name}`}
      done={type.stopped ? `${type.name} may start again.` : `${type.name} is stopped.`}
      onSend={async ({ reason, key }) => {
        const params = { path: { name: type.name }, header: { 'Idempotency-Key': key } };
        await answerOf(api.POST(`/saga-types/{name}/${verb}`, { params, body: { reason } }));
      }}
      onDone={onDone}
    />
  );
}

/** Types of sagas, and whether they may start. */
export function SagaTypes() {
  const { api } = useGateway();
  const mayAct = isOperator(useRoles());
  const asked = useAnswer((signal) => answerOf(api.GET('/saga-types', { signal })), []);
  return (
    <Section title="Types of sagas">
      <Answered asked={asked}>
        {({ types }) => (
          <ul class="rows">
            {types.map((type) => (
              <li key={type.name}>
                <div>
                  <strong>{type.name}</strong> <span class="quiet">{type.title}</span>
                  {type.since !== undefined && (
                    <p class="quiet">
                      {type.stopped ? 'Stopped' : 'Resumed'} <Moment at={type.since} />:{' '}
                      {type.reason}
                    </p>
                  )}
                </div>
                <StateBadge
                  state={type.stopped ? 'stopped' : 'ready'}
                  text={type.stopped ? 'stopped' : 'may start'}
                />
                {mayAct && <Switch type={type} onDone={asked.reload} />}
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </Section>
  );
}
