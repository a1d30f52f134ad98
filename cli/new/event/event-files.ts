import { identifier, schemaOf } from '../service/event-files';
import { contractWith, deciderWith, serviceWith, stateWith } from './event-edits';
import type { EventNames } from './event-names';

/** The schema of the event: what it promises whoever reads the log. */
export function eventSchemaOf({
  type,
  aggregate,
  id,
}: EventNames): Readonly<Record<string, string>> {
  const what = type.slice(aggregate.length + 1).replaceAll('-', ' ');
  const description = `One ${aggregate} was ${what}.`;
  const schema = schemaOf({ type, description, properties: { [id]: identifier } });
  return { [`schemas/events/${type}/1.0.json`]: schema };
}

/** The service's files with the command and its event in them, by file. */
export function editedFiles(
  names: EventNames,
  read: (file: string) => string,
): Readonly<Record<string, string>> {
  const edits = {
    contract: contractWith,
    state: stateWith,
    decider: deciderWith,
    service: serviceWith,
  };
  const files = Object.entries(edits).map(([part, edit]) => {
    const file = `activities/${names.service}/${part}.ts`;
    return [file, edit(names, read(file))] as const;
  });
  return Object.fromEntries(files);
}

/** Its unit test. What makes one is known of services that were written by this program; of others it asks less. */
export function eventTestOf(names: EventNames, contract: string): Readonly<Record<string, string>> {
  const { service, command } = names;
  const isWritten = contract.includes('  make: command({') && contract.includes('item: identifier');
  const text = isWritten ? `${unknownTest(names)}${heldTest(names)}` : unknownTest(names);
  return { [`test/unit/activities/${service}-${command}.test.ts`]: text };
}

const unknownTest = ({ service, aggregate, command, id }: EventNames): string => `\
import { ${service}Service } from '../../../activities/${service}/service';
import { given } from '../../../platform/testing/given-when-then';

const ${id} = '${aggregate[0]}-1';

test('${command} is refused where there is no such ${aggregate}', () => {
  given(${service}Service).when('${command}', { ${id} }).thenRefused('NOT_HELD');
});
`;

const heldTest = ({ service, aggregate, command, type, id }: EventNames): string => `
const made = { ${id}, customerId: 'c-1', item: 'lamp' };
const told = { aggregateId: \`${aggregate}/\${${id}}\`, type: '${type}', data: { ${id} } };

test('${command} tells it of one that its saga holds, and of no other', () => {
  const { when } = given(${service}Service);
  when('make', made);
  when('${command}', { ${id} }, 'saga-b').thenBusy('saga-a');
  when('${command}', { ${id} }).thenHappened(told);
  when('confirm', { ${id} });
  when('${command}', { ${id} }).thenRefused('NOT_HELD');
});
`;
