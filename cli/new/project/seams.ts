import { unreadable } from '../registries';

/** Reads a file of the tree that a project is made from. */
type Read = (file: string) => string;

/**
 * The files in which a project's own things are listed, as they are before there is one. `new service` and `new saga`
 * add to them from there.
 */
export const emptyLists: Readonly<Record<string, string>> = {
  'activities/index.ts': `import { hostable } from '../platform/host/hosted-service';
import type { HostedService } from '../platform/host/hosted-service';

/** Every service, one line each: what the participant worker can run and audits look at. */
export const services: readonly HostedService[] = [];
`,
  'activities/values.ts': `import { z } from 'zod';

/** Currencies; one currency per transaction. */
export const currency = z.enum(['EUR', 'USD', 'GBP']);

/** Money is integer cents, positive, at most one million in the currency's main unit. */
export const amountCents = z.int().min(1).max(100_000_000);

/** Ids that travel in keys, topics and URLs: 1-64 of letters, digits, dot, dash and underscore. */
export const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

export type Currency = z.output<typeof currency>;
`,
  'workflows/index.ts': `import { dispatchSagas } from '../platform/saga';

/** Every saga a worker runs, one line each. The workflow type is the saga's name. */
export default dispatchSagas([]);
`,
  'workflows/catalog.ts': `import type { SagaContract } from '../platform/saga/contract';

/** Every saga's contract, one line each: what the gateway offers, and the children it does not. */
export const catalog: readonly SagaContract[] = [];
`,
  'workflows/recipes.ts': `import type { SagaRecipe } from '../platform/saga/recipe';

/** How each saga is explored, one line each: what \`holdfast verify\` can run, and \`npm start\` shows the first of. */
export const recipes: readonly SagaRecipe[] = [];
`,
  'workflows/audits.ts': `import type { SagaAudit } from '../platform/audit/family';

/** What must be true across services when a saga has ended, one line each: docs/audit.md#rules-of-your-own. */
export const sagaAudits: readonly SagaAudit[] = [];
`,
  'projections/index.ts': `import type { Projection } from '../platform/event-log/projector/projection';
import { sagaTimeline } from './saga-timeline';

/** Every projection, one line each: what the projector runs. */
export const projections: readonly Projection[] = [sagaTimeline];
`,
  'reactions/index.ts': `import { defineReaction } from '../platform/reactions/reaction';
import type { Reaction } from '../platform/reactions/reaction';

/** Every reaction, one line each: which event starts which saga, or tells it what it waits for. */
export const reactions: readonly Reaction[] = [
  defineReaction({
    ...{ name: 'saga-ended', on: 'saga.finished', service: 'sagas', from: 'now' },
    notifies: 'webhooks',
    input: ({ workflowId, outcome, reason }) => ({ workflowId, outcome, reason }),
  }),
];
`,
  'gateway/routes/own.ts': `import type { OperationHandlers } from '../../platform/security/operations';
import type { GatewayParts } from './parts';

/** Operations of this project beside those of its services, which \`further.ts\` passes on as they are. */
export const ownOperations = {};

/** Services that they ask. */
export const ownServices: readonly string[] = [];

/** Handlers of {@link ownOperations}. */
export function ownHandlers(_parts: GatewayParts): OperationHandlers<typeof ownOperations> {
  return {};
}

/** The cached read of what a saga is about to change; nothing of this project is cached. */
export function cachedReadOf(_saga: string, _businessKey: string): string | undefined {
  return undefined;
}
`,
  'cli/reference/own-pictures.ts': `/** Pictures of this project's own, by file, that documents show. */
export async function ownPictures(): Promise<Readonly<Record<string, string>>> {
  return {};
}
`,
  'gateway/own-problems.ts': `import type { ProblemPage } from './problems';

/** Problems of this project’s own services, as their operations answer them: status, title and what to do next. */
export const ownPages: Readonly<Record<string, ProblemPage>> = {};
`,
  'cli/up/shown/index.ts': `import type { Demonstration } from './demonstration';
import { recipeDemonstration } from './recipe';

/** What \`holdfast up\` shows: the first saga of workflows/recipes.ts. */
export const demonstration: Demonstration = recipeDemonstration;
`,
};

/** Puts a text in the place of the one match. Throws REGISTRY_UNREADABLE where there is none. */
function cut(read: Read, file: string, { at, to }: { readonly at: RegExp; readonly to: string }) {
  const text = read(file);
  if (!at.test(text)) throw unreadable(file, 'the list of a new project');
  return text.replace(at, () => to);
}

const own = /^import .* from '\.\.\/\.\.\/activities\/.*';\n/gm;

/** What people use of services: nothing is passed on. */
function offeringNothing(read: Read): string {
  const at = /export const furtherOperations = \{[^}]*\};/;
  return cut(read, 'gateway/routes/further.ts', { at, to: 'export const furtherOperations = {};' })
    .replace(own, '')
    .replace('import { facing, passingOn }', 'import { passingOn }');
}

/** What people ask of read models beside the platform's own questions: nothing. */
function askingNothing(read: Read): string {
  const file = 'gateway/routes/views.ts';
  const at = /export const viewOperations = \{[^}]*\};/;
  const handlers = /(?<=const views: [^=]+=> object\)\[\] = \[)[^\]]*(?=\];)/;
  return cut(read, file, { at, to: 'export const viewOperations = {};' })
    .replace(handlers, '')
    .replace(/^import \{[^}]*Handlers[^}]*\} from '\.\/.*';\n/gm, '');
}

/** Lines that draw in pages of the example. */
const ofShop = /^.*\bshop(?:Identity)?Pages\b.*\n/gm;
/** Commands that are played on the example. */
const played = /^ {2}(?:chaos|attack|storm): \{\n(?: {4}.*\n)+ {2}\},\n/gm;

/**
 * The other files that name the example in one place each, without it: lists in files that have more than a list.
 * Throws REGISTRY_UNREADABLE for one that people have changed beyond that.
 */
export function withoutExample(read: Read): Readonly<Record<string, string>> {
  const list = /(?<=export const serviceList = )\[[^\]]*\](?= as const satisfies)/;
  const program = read('cli/program.ts');
  if (!program.includes('const entries:')) throw unreadable('cli/program.ts', 'no command');
  return {
    ...emptyLists,
    'activities/list.ts': cut(read, 'activities/list.ts', { at: list, to: '[\n]' }),
    'gateway/routes/further.ts': offeringNothing(read),
    'gateway/routes/views.ts': askingNothing(read),
    'cli/explain/table.ts': read('cli/explain/table.ts').replace(ofShop, ''),
    'cli/program.ts': program.replace(played, ''),
  };
}
