import { closedLoop } from '../../../bench/measure/closed-loop';

const times = { leadInMs: 0, windowMs: 60_000 };

test('callers stop when nothing ends as it should, and ten problems are told', async () => {
  let asked = 0;
  const result = await closedLoop(4, times, {
    ask: async () => {
      asked += 1;
      throw new Error('no');
    },
    mark: () => asked,
  });
  expect(result.asked).toBe(asked);
  expect(result.problems.length).toBeGreaterThanOrEqual(10);
  expect(result.problems.length).toBeLessThan(15);
});

test('a window that would end with nothing goes on until enough has ended', async () => {
  const slowly = { leadInMs: 0, windowMs: 15 };
  const result = await closedLoop(10, slowly, {
    ask: () => new Promise((resume) => setTimeout(resume, 20)),
    mark: () => 0,
  });
  expect(result.ended).toBeGreaterThanOrEqual(20);
  expect(result.windowMs).toBeGreaterThan(15);
});

test('what is on its way at the end is waited for, and not measured', async () => {
  let [asked, answered] = [0, 0];
  const result = await closedLoop(
    2,
    { leadInMs: 0, windowMs: 20 },
    {
      ask: async () => {
        asked += 1;
        await new Promise((resume) => setTimeout(resume, 5));
        answered += 1;
      },
      mark: () => answered,
    },
  );
  expect(answered).toBe(asked);
  expect(result.asked).toBe(asked);
  expect(result.ended).toBe(result.after - result.before);
  expect(result.problems).toEqual([]);
});
