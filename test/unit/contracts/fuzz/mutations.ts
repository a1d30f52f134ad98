import { propertiesOf } from '../../../../platform/contracts/accepts';
import type { JsonSchema } from '../../../../platform/contracts/schema';
import type { LogMessage } from '../../../../platform/event-log/ports';
import type { Json } from '../../../../platform/kernel/json';
import type { Random } from '../../../../platform/testing/random';
import { whole } from './instances';

type Data = { readonly [member: string]: Json };

const strange: readonly Json[] = [
  ...[null, true, 0, -1, 1.5, 2 ** 53, 1e308, '', 'x'.repeat(600), '\u0000', '\ud800'],
  ...[[], {}, [[]], { toString: 1 }, { a: { b: [] } }],
];

function isData(value: Json | undefined): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same data with one random change somewhere in it: a member more, less or of another value. */
export function mutated(data: Data, random: Random): Data {
  const members = Object.entries(data);
  const [name, value] = random.pick(members) ?? ['none', null];
  const others = Object.fromEntries(members.filter(([one]) => one !== name));
  const inside = Array.isArray(value) ? (value as readonly Json[]) : undefined;
  if (isData(value) && random.chance(0.6)) return { ...others, [name]: mutated(value, random) };
  if (inside !== undefined && random.chance(0.6)) {
    return { ...others, [name]: inside.map((one) => (isData(one) ? mutated(one, random) : one)) };
  }
  switch (whole(random, 0, 3)) {
    case 0:
      return others;
    case 1:
      return { ...data, [`${name}${whole(random, 1, 9)}`]: random.pick(strange) ?? null };
    case 2:
      return { ...others, [name]: [value] };
    default:
      return { ...others, [name]: random.pick(strange) ?? null };
  }
}

/** Data without the members its schema does not know, which a tolerant reader passes over. */
export function known(data: Json, schema: JsonSchema): Json {
  if (Array.isArray(data)) {
    return (data as readonly Json[]).map((one) => known(one, (schema.items ?? {}) as JsonSchema));
  }
  if (!isData(data) || schema.type !== 'object') return data;
  const properties = propertiesOf(schema);
  return Object.fromEntries(
    Object.entries(data)
      .filter(([name]) => Object.hasOwn(properties, name))
      .map(([name, value]) => [name, known(value, properties[name] ?? {})]),
  );
}

/** A message with one random change on its way: a header, the key, or the bytes of its value. */
export function spoiled(message: LogMessage, random: Random): LogMessage {
  const { key, value, headers } = message;
  const [name = '', text = ''] = random.pick(Object.entries(headers)) ?? [];
  const at = whole(random, 0, value.length - 1);
  switch (whole(random, 0, 4)) {
    case 0:
      return { ...message, key: `${key}x` };
    case 1:
      return { ...message, value: value.slice(0, at) + value.slice(at + 1) };
    case 2:
      return { ...message, value: `${value.slice(0, at)}"${value.slice(at)}` };
    case 3:
      return {
        ...{ key, value },
        headers: Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name)),
      };
    default:
      return { key, value, headers: { ...headers, [name]: `${text}${whole(random, 0, 9)}` } };
  }
}
