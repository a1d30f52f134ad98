import type { Guard } from '../guard';
import { ruleOf, saga, unit } from '../guard';

const engine = (file: string): string => `platform/saga/engine/${file}.ts`;

/** Who is speaking: epochs, generations, runs, and what a recovery goes by. */
export const identityGuards: readonly Guard[] = [
  {
    name: 'epoch',
    why: 'an undo would carry the epoch a settle has shut, and the effect could not be undone',
    changes: ruleOf('nothing but a settle under a settled epoch'),
    test: unit('saga/epochs', 'the message carries '),
  },
  {
    name: 'a settle over done raises the epoch',
    why: 'a late undo would reverse what the saga was told stands',
    changes: ruleOf('a settle over done raises the epoch'),
    test: unit('participant/fence', 'the families of settles, epochs and runs'),
  },
  {
    name: 'a settle or an undo of a higher epoch writes the row',
    why: 'a late forward of the epoch that was shut would be applied after the end',
    changes: ruleOf('undo and settle of a higher epoch write the row'),
    test: unit('participant/fence', 'the families of settles, epochs and runs'),
  },
  {
    name: 'generation',
    why: 'messages of the run that was ended would pass for those of its recovery',
    changes: ruleOf('the generation is in the epoch'),
    test: unit('saga/epochs', 'belong to their generation'),
  },
  {
    name: 'run id in the row',
    why: 'a reset run repeats epochs, and its messages would be taken for those of the first',
    changes: ruleOf('the run id is in the row'),
    test: unit('participant/fence', 'of another run over '),
  },
  {
    name: 'first-run id in the saga id',
    why: 'a second saga under an old workflow id would be answered from the records of the first',
    changes: [
      {
        file: engine('saga-run'),
        from: '${info.workflowId}${sagaIdSeparator}${info.firstExecutionRunId}',
        to: '${info.workflowId}${sagaIdSeparator}',
      },
    ],
    test: saga('refusals', 'a used business key ends a second saga before it has done anything'),
  },
  {
    name: 'stop at a fence',
    why: 'a run that was taken over would go on under epochs another run has shut',
    changes: [
      {
        file: 'platform/saga/plan/moves.ts',
        from: "if (outcome.kind === 'done') return { do: 'resolve' };\n  if (outcome.kind === 'fault' && outcome.action === 'stop') {",
        to: "if (outcome.kind === 'done') return { do: 'resolve' };\n  if (false) {",
      },
    ],
    test: unit('saga/moves', 'after the forward of a '),
  },
  {
    name: 'recovery only on a closed run',
    why: 'a run that is still open could start more behind the back of its recovery',
    changes: [{ file: engine('recover'), from: 'await activities.endRun(target);', to: '' }],
    test: saga('recovery', 'that meets a fence stops sending, and its recovery ends it'),
  },
  {
    name: 'recovery settles the pivot first',
    why: 'a pivot whose answer nobody heard would be undone around',
    changes: ruleOf('recover settles the pivot always'),
    test: unit('saga/machine', 'a recovery settles the pivot before it does anything else'),
  },
  {
    name: 'verdicts survive termination',
    why: 'what a person reversed by hand would be reversed again',
    changes: [
      {
        file: engine('recover'),
        from: '...(verdict === undefined ? {} : { verdict }),',
        to: '',
      },
    ],
    test: saga('recovery', 'keeps what a person decided, and asks that step no more'),
  },
];
