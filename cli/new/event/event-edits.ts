import { unreadable } from '../registries';
import type { EventNames } from './event-names';

interface Place {
  readonly file: string;
  /** One match: what is added stands before it. */
  readonly at: RegExp;
  readonly text: string;
}

/** Text with more before the one match of a pattern. Throws REGISTRY_UNREADABLE. */
function withMore(code: string, { file, at, text }: Place): string {
  const found = at.exec(code);
  if (found === null) throw unreadable(file, text.trim().split('\n')[0] ?? '');
  return `${code.slice(0, found.index)}${text}${code.slice(found.index)}`;
}

/** What sagas may ask: one command more. */
export function contractWith({ service, command, id }: EventNames, code: string): string {
  return withMore(code, {
    file: `activities/${service}/contract.ts`,
    at: /\}\);\n*$/,
    text: `  ${command}: command({
    input: z.strictObject({ ${id}: identifier }),
    result: z.strictObject({}),
    refusals: ['NOT_HELD'],
  }),
`,
  });
}

/** Its facts and what they come to: one more, which leaves the state as it is. */
export function stateWith(names: EventNames, code: string): string {
  const { service, Aggregate, type, id } = names;
  const file = `activities/${service}/state.ts`;
  const facts = new RegExp(`(?<=export type ${Aggregate}Facts = \\{\\n[^]*?)^\\};`, 'm');
  const listed = withMore(code, {
    ...{ file, at: facts },
    text: `  '${type}': { readonly ${id}: string };\n`,
  });
  return withMore(listed, {
    ...{ file, at: / {4}default:\n/ },
    text: `    case '${type}':\n      return state;\n`,
  });
}

/** The decision behind the command. */
export function deciderWith(names: EventNames, code: string): string {
  const { service, aggregate, Aggregate, decide, type, id } = names;
  const file = `activities/${service}/decider.ts`;
  const isMade = ['busy', 'happened', 'refused', `${aggregate}Aggregate`, `${aggregate}Fact`].every(
    (name) => code.includes(name),
  );
  if (!isMade) throw unreadable(file, `${decide}()`);
  return `${code.trimEnd()}

/** Tells it of one that the saga holds; the lock stays. */
export function ${decide}(
  states: States<${Aggregate}State>,
  { ${id} }: { readonly ${id}: string },
  context: DecisionContext,
): Decision {
  const found = states(${aggregate}Aggregate(${id}));
  if (found === undefined || found.heldBy === null) {
    return refused('NOT_HELD', \`${aggregate} \${${id}} is \${found?.status ?? 'unknown'}\`);
  }
  if (found.heldBy !== context.sagaId) return busy(found.heldBy);
  return happened([${aggregate}Fact('${type}', { ${id} })]);
}
`;
}

/** Which decision the command is. */
export function serviceWith(names: EventNames, code: string): string {
  const { service, Aggregate, command, decide } = names;
  const file = `activities/${service}/service.ts`;
  if (!code.includes(`const its${Aggregate} = `)) throw unreadable(file, command);
  const handled = withMore(code, {
    ...{ file, at: / {2}\},\n {2}operations:/ },
    text: `    ${command}: { aggregates: its${Aggregate}, decide: ${decide} },\n`,
  });
  return withMore(handled, { file, at: /,?\s*\} from '\.\/decider';/, text: `, ${decide}` });
}
