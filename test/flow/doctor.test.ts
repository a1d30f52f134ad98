import type { Finding } from '../../cli/doctor/finding';
import { runHoldfast } from '../support/holdfast-cli';
import { environmentFor, world } from '../support/world';

async function doctor(words: readonly string[], told = {}) {
  const args = ['doctor', ...words, '--json', '--state', world().stateDir];
  const { exitCode, out, err } = await runHoldfast(args, told);
  if (out === '') throw new Error(err);
  const findings = JSON.parse(out) as readonly Finding[];
  const named = (state: Finding['state']): readonly string[] =>
    findings.filter((one) => one.state === state).map(({ check }) => check);
  return { exitCode, findings, named };
}

it('finds nothing wrong with the machine that a stack runs on, nor with the stack', async () => {
  const { exitCode, named } = await doctor([]);
  expect([exitCode, named('wrong')]).toEqual([0, []]);
  expect(named('fine')).toEqual(expect.arrayContaining(['node', 'java', 'stack', 'key file']));
});

it('finds everything that makes an embedded stack no place for other people’s money', async () => {
  const { exitCode, findings, named } = await doctor(['--production'], {
    ...environmentFor('admin'),
    HOLDFAST_FAULT_DIR: '/somewhere',
  });
  expect(exitCode).toBe(1);
  expect(named('wrong')).toEqual([
    ...['settings, drills', 'DynamoDB', 'Kafka, brokers', 'Kafka, copies', 'Kafka, acknowledged'],
    ...['PostgreSQL, standbys', 'MongoDB, members', 'Temporal, store'],
  ]);
  expect(named('fine')).toEqual(
    expect.arrayContaining([
      'Kafka, retention',
      'Kafka, leaders',
      'Kafka, partitions',
      'MongoDB, commits',
    ]),
  );
  expect(findings.filter(({ state, fix }) => state !== 'fine' && fix === undefined)).toEqual([]);
});
