import type { CommandDescriptor, UndoDescriptor } from '../../../platform/kernel/contract';
import type { Json } from '../../../platform/kernel/json';
import type { SagaDefinition, SagaHandle } from '../../../platform/saga/define';

/** A step of a saga, as it is drawn. */
export interface DrawnStep {
  readonly name: string;
  readonly kind: 'compensatable' | 'pivot' | 'retriable' | 'wait';
  /** `<participant>.<command>`, or who is waited for. */
  readonly does: string;
  readonly undo?: string;
  /** Steps of the same block run side by side. */
  readonly block?: number;
}

const nameOf = (name: string | readonly string[]): string => [name].flat().join(' ');
const told = ({ participant, command }: CommandDescriptor | UndoDescriptor): string =>
  `${participant}.${command}`;

/**
 * The steps that a saga takes where every one of them is done, by running its function over a handle that only writes
 * them down. Steps are commands as data, so nothing has to be there for it.
 */
export async function drawnSteps(definition: SagaDefinition, input: Json): Promise<DrawnStep[]> {
  const steps: DrawnStep[] = [];
  let blocks = 0;
  const draw = (step: DrawnStep): Promise<unknown> => {
    steps.push(step);
    return Promise.resolve({});
  };
  const branch = (block?: number): object => {
    const inBlock = block === undefined ? {} : { block };
    return {
      step: (name: string, command: CommandDescriptor, { undo }: { undo: UndoDescriptor }) => {
        const ways = { does: told(command), undo: told(undo) };
        return draw({ name: nameOf(name), kind: 'compensatable', ...ways, ...inBlock });
      },
      child: (name: string, { name: does }: { readonly name: string }) =>
        draw({ name: nameOf(name), kind: 'compensatable', does, undo: does, ...inBlock }),
      all: async (branches: Readonly<Record<string, (handle: unknown) => Promise<unknown>>>) => {
        blocks += 1;
        const own = branch(block ?? blocks);
        for (const run of Object.values(branches)) await run(own);
        return {};
      },
    };
  };
  const after = (kind: 'pivot' | 'retriable') => (name: string, command: CommandDescriptor) =>
    draw({ name: nameOf(name), kind, does: told(command) });
  const wait = (whom: string) => (name: string) =>
    draw({ name: nameOf(name), kind: 'wait', does: whom });
  const handle = {
    ...{ ...branch(), sagaId: 'drawn', startedAt: new Date(0) },
    ...{ pivot: after('pivot'), retriable: after('retriable') },
    ...{ approval: wait('a person decides'), event: wait('an event comes') },
    hold: () => draw({ name: 'hold', kind: 'wait', does: 'its parent decides' }),
  };
  const parsed = definition.contract.input.parse(input) as Json;
  await definition.run(handle as unknown as SagaHandle, parsed);
  return steps;
}
