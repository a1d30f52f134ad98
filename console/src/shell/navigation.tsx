import { useLocation } from 'preact-iso';
import { useContext } from 'preact/hooks';
import { SessionContext } from '../gateway/use-gateway';
import { addresses } from '../parts/addresses';
import { isOperator, maySeeInside, maySeeOverview } from '../saga/rights';
import { useLive } from './overview-stream';

interface Place {
  readonly title: string;
  readonly href: string;
  /** Beginnings of the paths that belong to it. */
  readonly paths: readonly string[];
  readonly isFor?: (roles: readonly string[]) => boolean;
}

const places: readonly Place[] = [
  { title: 'Overview', href: addresses.overview, paths: [], isFor: maySeeOverview },
  { title: 'Sagas', href: addresses.sagas, paths: ['/console/sagas'] },
  {
    ...{ title: 'Incidents', href: addresses.incidents, paths: ['/console/incidents'] },
    isFor: maySeeOverview,
  },
  {
    ...{ title: 'Events', href: addresses.events, isFor: maySeeInside },
    paths: ['/console/events', '/console/aggregate'],
  },
  {
    ...{ title: 'Dead letters', href: addresses.letters, isFor: isOperator },
    paths: ['/console/dead-letters'],
  },
  {
    ...{ title: 'Projections', href: addresses.projections, isFor: maySeeInside },
    paths: ['/console/projections'],
  },
  {
    ...{ title: 'System', href: addresses.system, isFor: maySeeInside },
    paths: ['/console/system'],
  },
];

function isHere({ href, paths }: Place, path: string): boolean {
  if (`${path}/` === href || path === href) return true;
  return paths.some((one) => path === one || path.startsWith(`${one}/`));
}

/** How many sagas wait for a person, beside the page that is about them. */
function ParkedCount() {
  const count = useLive().overview?.open.parked ?? 0;
  if (count === 0) return null;
  return (
    <span class="count">
      {count}
      <span class="unseen"> parked</span>
    </span>
  );
}

/** The way to all pages; those that the gateway would refuse are left out. */
export function Navigation() {
  const { path } = useLocation();
  // All of them until it is known who looks: the frame is drawn before that, and should not jump.
  const roles = useContext(SessionContext)?.roles;
  return (
    <nav aria-label="Pages" class="navigation">
      <ul>
        {places
          .filter(({ isFor }) => isFor === undefined || roles === undefined || isFor(roles))
          .map((place) => (
            <li key={place.href}>
              <a href={place.href} aria-current={isHere(place, path) ? 'page' : undefined}>
                {place.title}
                {place.title === 'Incidents' && <ParkedCount />}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  );
}
