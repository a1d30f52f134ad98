import type { Aggregate, ServiceStore } from './ports';

/**
 * Every aggregate of a store behind an id, ascending, in pages of at most `limitMax`. Only an empty page is the end: an
 * index that lags names aggregates that are not there yet, and leaves holes in any other.
 */
export async function* aggregatePages<State>(
  store: Pick<ServiceStore<State>, 'listAggregates'>,
  { afterId: firstId = '', limitMax }: { readonly afterId?: string; readonly limitMax: number },
): AsyncGenerator<readonly Aggregate<State>[]> {
  let afterId = firstId;
  for (;;) {
    const page = await store.listAggregates({ prefix: '', afterId, limitMax });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    afterId = last.id;
  }
}
