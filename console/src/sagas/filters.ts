/** What sagas are looked for by, in the order of the form; the same names as the gateway's. */
export const filterNames = [
  'saga',
  'state',
  'businessKey',
  'reason',
  'parkedReason',
  'step',
  'startedAfter',
  'startedBefore',
] as const;

export type FilterName = (typeof filterNames)[number];

/** Members that are not asked for are left out. */
export type SagaFilter = { readonly [Name in FilterName]?: string };

/** A filter and the page of the list: what the address of the page says. */
export interface SagaQuery {
  readonly filter: SagaFilter;
  /** `next` of the page before. */
  readonly after?: string;
}

export const sagaStates = [
  ...(['running', 'compensating', 'parked'] as const),
  ...(['completed', 'compensated', 'cancelled'] as const),
] as const;

/** Reads the query of an address; what is no filter, or is empty, is left out. */
export function queryFromSearch(search: string): SagaQuery {
  const params = new URLSearchParams(search);
  const entries = filterNames.flatMap((name) => {
    const value = params.get(name)?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  const after = params.get('after') ?? '';
  return { filter: Object.fromEntries(entries), ...(after === '' ? {} : { after }) };
}

/** The query of an address for a filter: always in the same order, so that equal views have equal addresses. */
export function searchOf({ filter, after }: SagaQuery): string {
  const params = new URLSearchParams();
  for (const name of filterNames) {
    const value = filter[name]?.trim() ?? '';
    if (value !== '') params.set(name, value);
  }
  if (after !== undefined) params.set('after', after);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** RFC 3339 of what an input of type `datetime-local` holds, which is local time; undefined for what is none. */
export function timeFromInput(value: string): string | undefined {
  const date = new Date(value);
  return value === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** What an input of type `datetime-local` shows for a time. */
export function inputFromTime(time: string | undefined): string {
  const date = new Date(time ?? '');
  if (Number.isNaN(date.getTime())) return '';
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** Codes are written in capitals; who types one in small letters means the same. */
export function codeFromInput(value: string): string {
  return value
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_');
}
