import type { ServiceNames } from './service-names';

/** Schema of an id. */
export const identifier = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' };

/** An event as its schema is made from. */
export interface EventWords {
  readonly type: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, object>>;
}

/** JSON Schema of version 1.0; every member is required. */
export function schemaOf({ type, description, properties }: EventWords): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:holdfast:event:${type}:1.0`,
    title: type,
    description,
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The schema of each of its events, by file: what it promises whoever reads the log. */
export function eventFilesOf({ aggregate }: ServiceNames): Readonly<Record<string, string>> {
  const id = { [`${aggregate}Id`]: identifier };
  const heldBy = {
    type: 'string',
    minLength: 1,
    maxLength: 512,
    description: 'Id of the saga that took the semantic lock.',
  };
  const events: readonly EventWords[] = [
    {
      type: `${aggregate}.made`,
      description: `One ${aggregate} was made and is held by the saga that makes it.`,
      properties: { ...id, customerId: identifier, item: identifier, heldBy },
    },
    {
      type: `${aggregate}.cancelled`,
      description: `The making of one ${aggregate} was undone; it is at rest.`,
      properties: id,
    },
    {
      type: `${aggregate}.confirmed`,
      description: `One ${aggregate} is final; it is at rest.`,
      properties: id,
    },
  ];
  const files = events.map((event) => [`schemas/events/${event.type}/1.0.json`, schemaOf(event)]);
  return Object.fromEntries(files) as Record<string, string>;
}
