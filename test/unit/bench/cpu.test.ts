import { parseStat, ticksOf } from '../../../bench/measure/cpu';
import type { ProcessTicks } from '../../../bench/measure/cpu';

const stat = (name: string) =>
  `4711 (${name}) S 42 4711 4711 0 -1 4194560 900 0 1 0 70 8 300 4 20 0 11 0 555 1000 200 1844`;

test.each(['node', 'postgres: checkpointer', 'a) R 1 (b'])('the line of %s is read', (name) => {
  expect(parseStat(stat(name))).toEqual({ pid: 4711, parent: 42, own: 78, reaped: 304 });
});

test('what is no line of the kernel is refused', () => {
  expect(() => parseStat('4711 (node) S 42')).toThrow('not a line of /proc/<pid>/stat');
});

const process = (pid: number, parent: number, own: number, reaped = 0): ProcessTicks => ({
  ...{ pid, parent, own, reaped },
});

test('a tree counts with everything below it, and a process alone without', () => {
  const all = [process(1, 0, 5), process(2, 1, 10, 7), process(3, 2, 100), process(4, 1, 1_000)];
  expect(ticksOf(all, { roots: [2] })).toBe(117);
  expect(ticksOf(all, { alone: [2] })).toBe(10);
  expect(ticksOf(all, { roots: [3, 4], alone: [1] })).toBe(1_105);
});

test('what a child used is not lost when it ends', () => {
  const before = [process(2, 1, 10), process(3, 2, 100)];
  const after = [process(2, 1, 12, 103)];
  expect(ticksOf(after, { roots: [2] }) - ticksOf(before, { roots: [2] })).toBe(5);
});
