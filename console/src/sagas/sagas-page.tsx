import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import type { operations } from '../../../client/api';
import { answerOf } from '../gateway/problem';
import type { Saga } from '../gateway/saga-answers';
import { useAnswer, useEvery, useGateway, useRoles } from '../gateway/use-gateway';
import { addresses } from '../parts/addresses';
import { Answered, Nothing } from '../parts/answered';
import { Page } from '../parts/page';
import { maySeeOverview } from '../saga/rights';
import { LiveMark, useLive } from '../shell/overview-stream';
import { FilterForm } from './filter-form';
import { queryFromSearch, searchOf } from './filters';
import type { SagaFilter, SagaQuery } from './filters';
import { SagaTable } from './saga-table';
import { SavedViews } from './saved-views';

const pageSize = 25;
/** Who has no overview has no stream that says when to look again. */
const ownSagasEveryMs = 5_000;

type ListQuery = NonNullable<operations['listSagas']['parameters']['query']>;

interface Part {
  readonly sagas: readonly Saga[];
  readonly next?: string;
}

function useSagas({ filter, after }: SagaQuery) {
  const { api } = useGateway();
  const place = after === undefined ? {} : { after };
  // The description knows the states; an address may hold anything, which the gateway then refuses.
  const query = { ...filter, ...place, limit: pageSize } as ListQuery;
  const asked = useAnswer<Part>(
    (signal) => answerOf(api.GET('/sagas', { params: { query }, signal })),
    [query],
  );
  const { changes } = useLive();
  const hasOverview = maySeeOverview(useRoles());
  useEffect(() => {
    if (changes > 0) asked.reload();
  }, [changes]);
  useEvery(ownSagasEveryMs, asked.reload, !hasOverview);
  return asked;
}

function useSagaNames(): readonly string[] {
  const { api } = useGateway();
  const asked = useAnswer((signal) => answerOf(api.GET('/saga-types', { signal })), []);
  return asked.answer?.types.map(({ name }) => name) ?? [];
}

function Pager(props: { readonly query: SagaQuery; readonly next: string | undefined }) {
  const { query, next } = props;
  const { filter } = query;
  return (
    <nav class="pager" aria-label="Parts of the list">
      {query.after !== undefined && (
        <a href={`${addresses.sagas}${searchOf({ filter })}`}>To the newest</a>
      )}
      {next !== undefined && (
        <a href={`${addresses.sagas}${searchOf({ filter, after: next })}`}>Older ones</a>
      )}
    </nav>
  );
}

/** All sagas that whoever looks may see, by conditions that stand in the address. */
export function SagasPage() {
  const { url, route } = useLocation();
  const live = useLive();
  const hasOverview = maySeeOverview(useRoles());
  const query = queryFromSearch(new URL(url, location.origin).search);
  const asked = useSagas(query);
  const filterBy = (filter: SagaFilter): void => route(`${addresses.sagas}${searchOf({ filter })}`);
  return (
    <Page title="Sagas" aside={hasOverview ? <LiveMark streamed={live} /> : undefined}>
      <FilterForm filter={query.filter} sagas={useSagaNames()} onFilter={filterBy} />
      <SavedViews search={searchOf({ filter: query.filter })} />
      <Answered asked={asked}>
        {({ sagas, next }) => (
          <>
            {sagas.length === 0 ? (
              <Nothing>No saga fits these conditions. Leave one of them out, or show all.</Nothing>
            ) : (
              <SagaTable sagas={sagas} />
            )}
            <Pager query={query} next={next} />
          </>
        )}
      </Answered>
    </Page>
  );
}
