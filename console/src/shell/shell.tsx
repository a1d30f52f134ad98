import { LocationProvider, Route, Router } from 'preact-iso';
import type { Session } from '../gateway/answers';
import type { Gateway } from '../gateway/client';
import { GatewayContext, SessionContext } from '../gateway/use-gateway';
import { EventsPage } from '../events/events-page';
import { AggregatePage } from '../events/aggregate-page';
import { IncidentsPage } from '../incidents/incidents-page';
import { LetterPage } from '../letters/letter-page';
import { LettersPage } from '../letters/letters-page';
import { OverviewPage } from '../overview/overview-page';
import { Nothing } from '../parts/answered';
import { Notices } from '../parts/notice';
import { Page } from '../parts/page';
import { ProblemNote } from '../parts/problem-note';
import { ProjectionsPage } from '../projections/projections-page';
import { SagaPage } from '../saga/saga-page';
import { SagasPage } from '../sagas/sagas-page';
import { SystemPage } from '../system/system-page';
import icon from './icon.svg';
import { Navigation } from './navigation';
import { OverviewStream } from './overview-stream';
import { useSession } from './use-session';

function NoPage() {
  return (
    <Page title="No such page">
      <Nothing>There is no page at this address. Take one of the pages above.</Nothing>
    </Page>
  );
}

/** Who came by a link hears the heading of the new page, and goes on reading there. */
function focusHeading(): void {
  document.getElementById('page-title')?.focus({ preventScroll: true });
}

function Pages() {
  return (
    <Router onRouteChange={focusHeading}>
      <Route path="/console" component={OverviewPage} />
      <Route path="/console/sagas" component={SagasPage} />
      <Route path="/console/sagas/:id" component={SagaPage} />
      <Route path="/console/incidents" component={IncidentsPage} />
      <Route path="/console/events" component={EventsPage} />
      <Route path="/console/aggregate" component={AggregatePage} />
      <Route path="/console/dead-letters" component={LettersPage} />
      <Route path="/console/dead-letters/:id" component={LetterPage} />
      <Route path="/console/projections" component={ProjectionsPage} />
      <Route path="/console/system" component={SystemPage} />
      <Route default component={NoPage} />
    </Router>
  );
}

function Head(props: { readonly session: Session | undefined; readonly onLogout: () => void }) {
  const { session, onLogout } = props;
  return (
    <header class="shell-head">
      <a class="brand" href="/console/">
        <img src={icon} alt="" width="24" height="24" />
        Holdfast
      </a>
      <Navigation />
      {session && (
        <div class="who">
          <span title={session.roles.join(', ')}>{session.name}</span>
          <button type="button" class="small" onClick={onLogout}>
            Log out
          </button>
        </div>
      )}
    </header>
  );
}

/** The frame of all pages. It is drawn before anything is asked. */
export function Shell(props: { readonly gateway: Gateway }) {
  const { gateway } = props;
  const { session, problem } = useSession(gateway.session);
  return (
    <GatewayContext.Provider value={gateway}>
      <SessionContext.Provider value={session}>
        <LocationProvider scope="/console">
          <OverviewStream>
            <Notices>
              <a class="skip" href="#main">
                Skip to the page
              </a>
              <Head session={session} onLogout={() => void gateway.session.logout()} />
              <main id="main" tabIndex={-1}>
                {problem && <ProblemNote problem={problem} onAgain={() => location.reload()} />}
                {session ? <Pages /> : !problem && <p class="quiet">Opening the session…</p>}
              </main>
            </Notices>
          </OverviewStream>
        </LocationProvider>
      </SessionContext.Provider>
    </GatewayContext.Provider>
  );
}
