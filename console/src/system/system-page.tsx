import { useContext } from 'preact/hooks';
import type { SystemAnswer } from '../gateway/answers';
import { answerOf } from '../gateway/problem';
import { SessionContext, useAnswer, useEvery, useGateway } from '../gateway/use-gateway';
import { Answered, Nothing } from '../parts/answered';
import { Moment } from '../parts/moment';
import { Page, Section } from '../parts/page';
import { StateBadge } from '../parts/state-badge';
import { certificateLook } from './certificate';
import { SagaTypes } from './saga-types';
import { Services } from './services';

const everyMs = 5_000;

function Checks({ checks }: Pick<SystemAnswer, 'checks'>) {
  return (
    <ul class="rows">
      {checks.map(({ name, ready, required, reason }) => (
        <li key={name}>
          <strong>{name}</strong>
          <span class="quiet">
            {required ? 'needed' : 'not needed'}
            {reason !== undefined && `: ${reason}`}
          </span>
          <StateBadge state={ready ? 'ready' : 'away'} />
        </li>
      ))}
    </ul>
  );
}

function Keys({ keys }: Pick<SystemAnswer, 'keys'>) {
  if (keys.length === 0) return <Nothing>No key is in use here.</Nothing>;
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">For</th>
          <th scope="col">Current key, by its id</th>
        </tr>
      </thead>
      <tbody>
        {keys.map(({ use, current }) => (
          <tr key={use}>
            <th scope="row">{use}</th>
            <td data-label="Current">
              {current === null ? 'none is known' : <code>{current}</code>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const certificateWords = {
  good: 'passing',
  soon: 'warning',
  over: 'critical',
} as const;

function Certificate({ certificate }: Pick<SystemAnswer, 'certificate'>) {
  const look = certificateLook(certificate, Date.now());
  return (
    <>
      <p>
        <StateBadge state={certificateWords[look.state]} text={look.text} />
      </p>
      {look.state !== 'good' && (
        <p role="alert">
          It should have been renewed by now: look at <code>holdfast certs status</code>.
        </p>
      )}
      <dl class="facts">
        <dt>Of</dt>
        <dd class="breaking">{certificate.subject}</dd>
        <dt>By</dt>
        <dd class="breaking">{certificate.issuer}</dd>
        <dt>Until</dt>
        <dd>
          <Moment at={certificate.notAfter} />
        </dd>
      </dl>
    </>
  );
}

function Drawn({ system }: { readonly system: SystemAnswer }) {
  const docs = useContext(SessionContext)?.links.docs;
  return (
    <>
      <Section title="Services">
        <Services services={system.services} />
      </Section>
      <Section title="Readiness of the gateway">
        <Checks checks={system.checks} />
      </Section>
      <Section title="Certificate of the gateway">
        <Certificate certificate={system.certificate} />
      </Section>
      <Section title="Keys">
        <Keys keys={system.keys} />
      </Section>
      <p class="quiet">
        Version {system.version}, instance {system.instance || 'without a name'}, as of{' '}
        <Moment at={system.asOf} />.{' '}
        {docs !== undefined && <a href={docs}>The API, to read and try</a>}
      </p>
    </>
  );
}

/** What runs, whether it is ready, and which types of sagas may start. */
export function SystemPage() {
  const { api } = useGateway();
  const asked = useAnswer((signal) => answerOf(api.GET('/system', { signal })), []);
  useEvery(everyMs, () => !asked.isLoading && asked.reload(), !asked.problem);
  return (
    <Page title="System">
      <SagaTypes />
      <Answered asked={asked}>{(system) => <Drawn system={system} />}</Answered>
    </Page>
  );
}
