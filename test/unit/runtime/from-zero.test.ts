import { Counter, Registry } from 'prom-client';
import { fromZero } from '../../../platform/runtime/from-zero';

test('a counter is there at 0 for whatever its labels can be, before anything has happened', async () => {
  const registry = new Registry();
  const labelNames = ['door', 'why'] as const;
  const made = new Counter({ name: 'refused_total', help: '-', labelNames, registers: [registry] });
  fromZero(made, { door: ['front', 'back'], why: ['late', 'early'] }).inc({
    door: 'back',
    why: 'late',
  });
  const lines = (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#'));
  expect(lines.filter(Boolean).sort()).toEqual([
    'refused_total{door="back",why="early"} 0',
    'refused_total{door="back",why="late"} 1',
    'refused_total{door="front",why="early"} 0',
    'refused_total{door="front",why="late"} 0',
  ]);
});
