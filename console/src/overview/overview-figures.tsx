import type { Overview } from '../gateway/answers';
import { addresses } from '../parts/addresses';
import { percentText } from '../parts/times';
import { objectiveState } from './figures';

const objectiveWords = {
  met: 'The objective is met',
  missed: 'The objective is missed',
  unknown: 'No saga has ended yet',
} as const;

/** How much of what was promised was kept. */
export function ObjectiveFigure(props: { readonly objective: Overview['objective'] }) {
  const { objective } = props;
  const state = objectiveState(objective);
  return (
    <dl class={`figure figure-wide figure-${state}`}>
      <dt>Objective: {objective.name}</dt>
      <dd>{percentText(objective.met)}</dd>
      <dd class="figure-note">
        {objectiveWords[state]}, which is {percentText(objective.target)}
      </dd>
    </dl>
  );
}

/** All sagas there are now that have not ended, each number a link to them. */
export function OpenFigures(props: { readonly open: Overview['open'] }) {
  const { running, compensating, parked } = props.open;
  const figures = [
    { state: 'running', title: 'Running', count: running },
    { state: 'compensating', title: 'Going back', count: compensating },
    { state: 'parked', title: 'Parked', count: parked },
  ];
  return (
    <>
      {figures.map(({ state, title, count }) => (
        <dl class={`figure figure-${state}`} key={state}>
          <dt>{title}</dt>
          <dd>
            <a
              href={addresses.sagasWith({ state })}
              aria-label={`${count} ${title.toLowerCase()}, show them`}
            >
              {count}
            </a>
          </dd>
        </dl>
      ))}
    </>
  );
}
