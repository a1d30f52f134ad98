import type { PartitionLag, ProjectionLag } from '../gateway/answers';
import { answerOf } from '../gateway/problem';
import { useAnswer, useEvery, useGateway, useRoles } from '../gateway/use-gateway';
import { addresses } from '../parts/addresses';
import { Answered, Nothing } from '../parts/answered';
import { counted } from '../parts/counted';
import { Ago, Moment } from '../parts/moment';
import { Page, Section } from '../parts/page';
import { isOperator } from '../saga/rights';
import { lagLook } from './lag';
import { RebuildButton, RebuildNote } from './rebuild';

const everyMs = 2_000;

function Building({ building }: { readonly building: ProjectionLag['building'] }) {
  if (building === undefined) return null;
  const { generation, begunAt, done, all } = building;
  const percent = all === 0 ? 0 : Math.floor((done / all) * 100);
  return (
    <div class="building">
      <p>
        Generation {generation} is being built since <Moment at={begunAt} />: {done} of {all}{' '}
        records, {percent} %. The live one answers meanwhile.
      </p>
      <progress aria-label={`Generation ${generation}`} max={Math.max(all, 1)} value={done} />
    </div>
  );
}

function Halts({ partitions }: { readonly partitions: readonly PartitionLag[] }) {
  const halted = partitions.filter(({ halt }) => halt !== undefined);
  if (halted.length === 0) return null;
  return (
    <ul class="halts">
      {halted.map(({ topic, partition, halt }) => (
        <li key={`${topic} ${partition}`} class="problem">
          <strong>
            {topic} partition {partition} stands still
          </strong>{' '}
          <code>{halt?.code}</code> since <Ago at={halt?.since} />: {halt?.detail}
        </li>
      ))}
    </ul>
  );
}

function Partitions({ name, partitions }: Pick<ProjectionLag, 'name' | 'partitions'>) {
  return (
    <details>
      <summary>
        {partitions.length} partitions<span class="unseen"> of {name}</span>
      </summary>
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Topic and partition</th>
            <th scope="col" class="number">
              Behind
            </th>
            <th scope="col" class="number">
              Next offset
            </th>
            <th scope="col">Moved</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map((one) => (
            <tr key={`${one.topic} ${one.partition}`}>
              <th scope="row">
                {one.topic} {one.partition}
              </th>
              <td class="number" data-label="Behind">
                {one.records}
              </td>
              <td class="number" data-label="Next offset">
                {one.nextOffset}
              </td>
              <td data-label="Moved">
                <Ago at={one.movedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Projection({
  projection,
  onActed,
}: {
  readonly projection: ProjectionLag;
  readonly onActed: () => void;
}) {
  const { name, generation, movedAt, letters, building, rebuild } = projection;
  const { state, says } = lagLook(projection);
  const mayAct = isOperator(useRoles());
  const waiting = counted(letters, 'dead letter');
  return (
    <Section title={name}>
      <p>
        <span class={`lag lag-${state}`}>{says}</span>, moved <Ago at={movedAt} />, generation{' '}
        {generation},{' '}
        {mayAct && letters > 0 ? (
          <a href={addresses.lettersOf('read models', { projection: name })}>{waiting}</a>
        ) : (
          waiting
        )}
      </p>
      <Halts partitions={projection.partitions} />
      <Building building={building} />
      <RebuildNote rebuild={rebuild} />
      {mayAct && rebuild?.state !== 'running' && (
        <div class="verbs" role="group" aria-label={`What may be done about ${name}`}>
          <RebuildButton name={name} onDone={onActed} />
        </div>
      )}
      <Partitions name={name} partitions={projection.partitions} />
    </Section>
  );
}

/** How far each read model is behind the log, and what holds it up. */
export function ProjectionsPage() {
  const { api } = useGateway();
  const asked = useAnswer((signal) => answerOf(api.GET('/projections', { signal })), []);
  useEvery(everyMs, () => !asked.isLoading && asked.reload(), !asked.problem);
  return (
    <Page title="Projections">
      <Answered asked={asked}>
        {({ projections }) =>
          projections.length === 0 ? (
            <Nothing>No projection has read anything yet. Look whether the projector runs.</Nothing>
          ) : (
            projections.map((one) => (
              <Projection key={one.name} projection={one} onActed={asked.reload} />
            ))
          )
        }
      </Answered>
    </Page>
  );
}
