import { dashboard } from '../../../deploy/dashboards/panel';
import type { BoardSpec } from '../../../deploy/dashboards/panel';
import { emptyOf, numbersOf, questionsOf } from '../../dashboards/questions';

const panel = { title: 'Open', description: 'Sagas that are open.', unit: 'short' } as const;
const board = (queries: Record<string, string>, mayBeEmpty?: string): BoardSpec => ({
  ...{ name: 'small', title: 'Small' },
  rows: [
    { title: 'One', panels: [{ ...panel, queries, ...(mayBeEmpty ? { mayBeEmpty } : {}) }] },
    { title: 'Two', panels: [{ ...panel, title: 'Now', kind: 'stat', queries: { a: 'up' } }] },
  ],
});

describe('the queries of boards, as they are asked of a Prometheus', () => {
  test('every one is asked, for whatever saga', () => {
    const asked = questionsOf([board({ a: 'open{saga=~"$saga"}', b: 'all' })]);
    expect(asked.map(({ expr }) => expr)).toEqual(['open{saga=~".*"}', 'all', 'up']);
  });

  test('what is not a number, or without an end, is no answer: a panel shows nothing for it', () => {
    expect(numbersOf(['1', 'NaN', '+Inf', '0'])).toEqual([1, 0]);
  });

  test('one without a series is empty, unless it says why it may be', () => {
    const none = (one: BoardSpec) =>
      emptyOf(questionsOf([one]).map((question) => ({ ...question, series: 0 })));
    expect(none(board({ a: 'x' }))).toHaveLength(2);
    expect(none(board({ a: 'x' }, 'nothing has failed'))).toHaveLength(1);
  });
});

describe('a board', () => {
  test('has the choice of a saga where a query asks for it', () => {
    const choices = (queries: Record<string, string>) => {
      const made = dashboard(board(queries), 'saga_started_total');
      return (made as { templating: { list: { query: string }[] } }).templating.list;
    };
    expect(choices({ a: 'up' })).toEqual([]);
    expect(choices({ a: 'open{saga=~"$saga"}' }).map(({ query }) => query)).toEqual([
      'label_values(saga_started_total, saga)',
    ]);
  });

  test('puts each row under its heading, one below the other', () => {
    const made = dashboard(board({ a: 'up' }), '-') as {
      panels: { type: string; gridPos: { y: number } }[];
    };
    expect(made.panels.map(({ type, gridPos: { y } }) => [type, y])).toEqual([
      ['row', 0],
      ['timeseries', 1],
      ['row', 9],
      ['stat', 10],
    ]);
  });
});
