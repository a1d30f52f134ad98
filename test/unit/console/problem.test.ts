import {
  answerOf,
  pageProblems,
  problemFrom,
  problemOf,
  ProblemError,
} from '../../../console/src/gateway/problem';

const body = { title: 'There is no such thing here', code: 'NOT_FOUND', status: 404 };

test('a problem is shown with what helps: code, detail and request id', () => {
  const more = { detail: 'there is no such saga', requestId: 'r-1' };
  expect(problemFrom({ ...body, ...more }, 404)).toEqual({
    ...{ title: body.title, code: 'NOT_FOUND', detail: 'there is no such saga', requestId: 'r-1' },
  });
});

test.each([undefined, null, 'Bad gateway', {}, { code: 7 }])('%p is no problem of ours', (odd) => {
  expect(problemFrom(odd, 502)).toMatchObject({ code: 'ANSWER_UNREADABLE', detail: 'status 502' });
});

test('where there was no answer the page says so itself, and what to do', () => {
  const { code } = problemOf(new TypeError('fetch failed'));
  expect(code).toBe('NO_ANSWER');
  expect(pageProblems[code]?.next).toBeDefined();
});

test('an answer is its data, or the problem is thrown', async () => {
  const response = { status: 200 };
  await expect(answerOf(Promise.resolve({ data: 1, response }))).resolves.toBe(1);
  const refused = answerOf(Promise.resolve({ error: body, response: { status: 404 } }));
  await expect(refused).rejects.toThrow(ProblemError);
  await expect(refused).rejects.toThrow('NOT_FOUND');
});
