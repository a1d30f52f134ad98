import type { ProjectionNames } from './projection-names';

/** `projections/<name>.ts`: the fold of the log into its rows. */
export const projectionOf = ({
  kebab,
  camel,
  Pascal,
  aggregate,
  service,
  id,
}: ProjectionNames) => `\
import { defineProjection } from '../platform/event-log/projector/projection';

/** One ${aggregate} as lists show it. */
export type ${Pascal}Row = {
  readonly ${id}: string;
  readonly customerId?: string;
  /** What happened to it last, as its event says. */
  readonly status: string;
  readonly beganAt: string;
  readonly updatedAt: string;
};

const kind = '${aggregate}';

/** Every ${aggregate}, youngest first. It reads one topic, so that the events of each come in order. */
export const ${camel} = defineProjection<${Pascal}Row>({
  name: '${kebab}',
  services: ['${service}'],
  listBy: ['customerId'],
  orderBy: 'beganAt',
  keys: ({ type, aggregateId }) =>
    type.startsWith(\`\${kind}.\`) ? [aggregateId.slice(kind.length + 1)] : [],
  fold: (row, { type, time, data }, ${id}) => ({
    ...row,
    ...{ ${id}, status: type.slice(kind.length + 1) },
    ...(typeof data.customerId === 'string' ? { customerId: data.customerId } : {}),
    ...{ beganAt: row?.beganAt ?? time, updatedAt: time },
  }),
});
`;

/** `gateway/routes/<name>.ts`: how people ask it. */
export const routesOf = (names: ProjectionNames) =>
  `${operationsText(names)}\n${handlersText(names)}`;

const operationsText = ({ kebab, camel, Pascal, aggregate, service, id }: ProjectionNames) => `\
import { z } from 'zod';
import { ownerOrReader, readersOfAll } from '../../activities/access';
import { identifier } from '../../activities/values';
import { problem } from '../../platform/http/problem';
import { defineOperations, mayTouch } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import { ${camel} } from '../../projections/${kebab}';
import { readModelFailed } from '../read-model';
import { facingPeople } from './parts';
import { defined, pageQuery } from './sagas';
import type { ViewParts } from './views';

const rowAnswer = z.object({
  ...{ ${id}: identifier, customerId: identifier.optional(), status: z.string() },
  ...{ beganAt: z.string(), updatedAt: z.string() },
  asOf: z.string().describe('Business time of the youngest event in this answer'),
  incomplete: z.boolean().describe('A part has not arrived, or waits as a dead letter'),
});

const shared = { ...facingPeople, method: 'GET', roles: ownerOrReader, tag: '${service}' } as const;

/** Operations on the read model ${kebab}. */
export const ${camel}Operations = defineOperations({
  get${Pascal}: {
    ...shared,
    path: '/${kebab}/:${id}',
    summary: 'One ${aggregate} as the read model has it; yours unless you may see all',
    params: z.strictObject({ ${id}: identifier }),
    answer: { status: 200, body: rowAnswer, text: 'As it is there' },
    problems: ['NOT_FOUND', 'READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'],
  },
  list${Pascal}: {
    ...shared,
    path: '/${kebab}',
    summary: 'Those of a customer, youngest first: your own unless you may see all',
    owner: { in: 'query', member: 'customerId', exceptRoles: readersOfAll },
    query: z.strictObject({ customerId: identifier.optional(), ...pageQuery }),
    answer: {
      status: 200,
      body: z.object({ items: z.array(rowAnswer), next: z.string().optional() }),
      text: 'A part of the list',
    },
    problems: ['READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'],
  },
});
`;

const handlersText = ({ camel, Pascal, aggregate, id }: ProjectionNames) => `\
/** Handlers of {@link ${camel}Operations}. What is somebody else's is not found. */
export function ${camel}Handlers({
  readModel,
}: ViewParts): OperationHandlers<typeof ${camel}Operations> {
  return {
    async get${Pascal}({ params, principal }) {
      const found = await readModel.row(${camel}, params.${id}).catch(readModelFailed);
      const row = found.value;
      if (row === undefined || !mayTouch(principal, row.customerId ?? '', readersOfAll)) {
        throw problem('NOT_FOUND', { detail: 'there is no such ${aggregate}' });
      }
      return { body: row };
    },
    async list${Pascal}({ query, principal }) {
      const { customerId = principal.subject, ...page } = query;
      const asked = readModel.rows(${camel}, { customerId }, defined(page));
      const { items, next } = await asked.catch(readModelFailed);
      return { body: defined({ items, next }) };
    },
  };
}
`;

/** Its unit test: what events come to. */
export const testOf = ({ kebab, camel, aggregate, service, id }: ProjectionNames) => `\
import { ${camel} } from '../../../projections/${kebab}';
import { aLogEvent } from '../../support/log-events';

const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
const event = (type: string, time: string, data: Readonly<Record<string, string>> = {}) =>
  aLogEvent({ service: '${service}', aggregateId: '${aggregate}/one', type, time, data });

test('a row says what happened last, since when, and whose it is', () => {
  const begun = event('${aggregate}.begun', first, { customerId: 'ann' });
  const ended = event('${aggregate}.ended', second);
  const keys = [begun, ended].flatMap((one) => ${camel}.keys(one));
  expect(keys).toEqual(['one', 'one']);
  const rows = [begun, ended].reduce<ReturnType<typeof ${camel}.fold> | undefined>(
    (row, one) => ${camel}.fold(row, one, 'one'),
    undefined,
  );
  expect(rows).toEqual({
    ...{ ${id}: 'one', customerId: 'ann', status: 'ended', beganAt: first, updatedAt: second },
  });
});

test('events of other kinds say nothing to it', () => {
  expect(${camel}.keys(event('of-nobody.told', first))).toEqual([]);
});
`;
