import type { SystemAnswer } from '../gateway/answers';
import { Nothing } from '../parts/answered';
import { StateBadge } from '../parts/state-badge';

const breakerWords = {
  closed: 'calls go through',
  open: 'calls are held back',
} as const;

/** Services, where they run, and whether calls go through to them. */
export function Services({ services }: Pick<SystemAnswer, 'services'>) {
  if (services.length === 0)
    return <Nothing>No service is known. Look whether Consul answers.</Nothing>;
  return (
    <ul class="rows rows-services">
      {services.map(({ name, instances, isKnown, breaker }) => (
        <li key={name}>
          <strong>{name}</strong>
          <ul class="instances">
            {instances.map(({ address, port, state }) => (
              <li key={`${address}:${port}`}>
                <StateBadge state={state} /> <code>{`${address}:${port}`}</code>
              </li>
            ))}
            {instances.length === 0 && (
              <li>{isKnown ? 'no instance' : 'Consul does not answer'}</li>
            )}
          </ul>
          <StateBadge state={breaker} text={breakerWords[breaker]} />
        </li>
      ))}
    </ul>
  );
}
