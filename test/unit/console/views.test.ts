import { parseViews, viewLimits, withView, withoutView } from '../../../console/src/sagas/views';

const parked = { name: 'parked', search: '?state=parked' };

test('a view is kept under its name, and a second one of that name replaces it', () => {
  const views = withView([parked], { name: ' parked ', search: '?state=parked&saga=place-order' });
  expect(views).toEqual([{ name: 'parked', search: '?state=parked&saga=place-order' }]);
  expect(withoutView(views, 'parked')).toEqual([]);
});

test('a view without a name is not kept', () => {
  expect(withView([parked], { name: '  ', search: '' })).toEqual([parked]);
});

test('above the bound the oldest gives way', () => {
  const many = Array.from({ length: viewLimits.viewsMax }, (_, index) => ({
    ...{ name: `v${index}`, search: '' },
  }));
  const views = withView(many, parked);
  expect(views).toHaveLength(viewLimits.viewsMax);
  expect(views[0]?.name).toBe('v1');
});

test.each([
  ['nothing', null],
  ['no JSON', '{'],
  ['no list', '{"name":"x"}'],
  ['a list of other things', '[1,null,{"name":1,"search":""}]'],
])('%s in the browser is no view', (_title, text) => {
  expect(parseViews(text)).toEqual([]);
});

test('what was kept is read', () => {
  expect(parseViews(JSON.stringify([parked, 7]))).toEqual([parked]);
});
