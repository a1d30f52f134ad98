import type { StoreKind } from '../../../activities/list';
import { CommandError } from '../../command-error';
import { capital, languageWords } from '../names';

/** A new service in the forms that code needs. */
export interface ServiceNames {
  /** `travel`: folder, certificate, topic, database. */
  readonly name: string;
  /** `Travel`, in the names of its functions. */
  readonly Name: string;
  /** `booking`: what it keeps one of; ids are `booking/<id>`, events `booking.made`. */
  readonly aggregate: string;
  readonly Aggregate: string;
  /** Of its routes. */
  readonly plural: string;
  readonly store: StoreKind;
}

/** One word, since processes, databases and topics are named by it and further instances get a number behind it. */
const pattern = /^[a-z]{3,20}$/;

/** Processes, servers and topics of these names are there, or the code of a service uses the word. */
const taken = new Set([
  ...['admin', 'auditor', 'gateway', 'keys', 'orchestrator', 'projector', 'sagas', 'readmodels'],
  ...['temporal', 'kafka', 'postgres', 'mongodb', 'dynamodb', 'redis', 'consul', 'keycloak'],
  ...['prometheus', 'grafana', 'audit', 'access', 'values', 'fold', 'list', 'index', 'store'],
  ...['state', 'command', 'undo', 'context', 'effect', 'input', 'states', 'given', 'when', 'test'],
  ...languageWords,
]);

function demandWord(word: string, what: string): void {
  if (pattern.test(word) && !taken.has(word)) return;
  throw new CommandError({
    code: 'NAME_INVALID',
    cause: `${word} is no name of ${what}: one lower-case word of 3 to 20 letters that is not taken`,
    fix: 'choose one such as travel, for what it keeps one such as booking',
  });
}

/** Names of what is to be written. Throws NAME_INVALID. */
export function serviceNamesOf(
  name: string,
  { aggregate, store }: { readonly aggregate: string; readonly store: StoreKind },
): ServiceNames {
  demandWord(name, 'a service');
  demandWord(aggregate, 'what a service keeps');
  const plural = aggregate.endsWith('s') ? `${aggregate}es` : `${aggregate}s`;
  return { name, Name: capital(name), aggregate, Aggregate: capital(aggregate), plural, store };
}

/** A text with the names in the places of `__name__`, `__Name__` and so on. */
export function filled(text: string, names: ServiceNames): string {
  return text.replace(/__(name|Name|aggregate|Aggregate|plural)__/g, (_, word: string) => {
    return names[word as 'name'];
  });
}
