import type { StoreKind } from '../../../activities/list';
import { storeTitles } from './contract-files';
import type { ServiceNames } from './service-names';

interface StoreWords {
  /** Folder below `platform/outbox`. */
  readonly folder: string;
  readonly open: string;
  readonly options: string;
  /** What it is opened with, and how that place is called. */
  readonly place: (name: string) => string;
  readonly called: string;
}

const words: Readonly<Record<StoreKind, StoreWords>> = {
  mongodb: {
    ...{ folder: 'mongodb', open: 'openMongoStore', options: 'mongoOptions', called: 'database' },
    place: (name) => `...mongoOptions(config),\n      database: '${name}',`,
  },
  postgresql: {
    ...{ folder: 'postgres', open: 'openPostgresStore', options: 'postgresOptions' },
    place: (name) => `pool: postgresOptions(config, '${name}'),`,
    called: 'database',
  },
  dynamodb: {
    ...{ folder: 'dynamodb', open: 'openDynamoStore', options: 'dynamoOptions', called: 'table' },
    place: (name) => `client: dynamoOptions(config),\n      table: '${name}',`,
  },
};

/** `store.ts`: its own database. */
export function storeOf({ name, Name, Aggregate, store }: ServiceNames): string {
  const { folder, open, options, place, called } = words[store];
  const first = `import { ${open} } from '../../platform/outbox/${folder}/store';`;
  const title = storeTitles[store];
  return `\
${first}
import type { ServiceStore } from '../../platform/outbox/ports';
import { renewingStore } from '../../platform/outbox/renewing';
import type { Config } from '../../platform/runtime/config';
import { ${options}, renewalsOf } from '../../platform/runtime/connections';
import type { Vault } from '../../platform/security/keys/vault';
import type { ${Aggregate}State } from './state';

/** ${Name} on ${title}, ${called} \`${name}\`, its content sealed. Connects at the first call. */
export function open${Name}Store(config: Config, vault: Vault): ServiceStore<${Aggregate}State> {
  const open = () =>
    ${open}<${Aggregate}State>({
      ${place(name)}
      instance: config.HOLDFAST_INSTANCE,
      service: '${name}',
      vault,
    });
  return renewingStore(open, renewalsOf(config));
}
`;
}
