import { propertiesOf, requiredOf } from '../../../../platform/contracts/accepts';
import type { JsonSchema } from '../../../../platform/contracts/schema';
import type { Json } from '../../../../platform/kernel/json';
import type { Random } from '../../../../platform/testing/random';

/** Texts that have broken somebody: signs of more than one unit, half of one, the empty sign, names of our own. */
const awkward = ['', ' ', '\u0000', '💶', '\ud800', 'é', '"', '\\', '__proto__', 'null', '\u2028'];
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const lengthMax = 40;
const itemsMax = 4;

export const whole = (random: Random, from: number, to: number): number =>
  from + Math.floor(random.next() * (to - from + 1));

/** A random value that a schema accepts, with the keywords our events use; whoever uses it checks it. */
export function randomInstance(schema: JsonSchema, random: Random): Json {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum as readonly Json[]) ?? null;
  switch (schema.type) {
    case 'object':
      return randomObject(schema, random);
    case 'array':
      return randomItems(schema, random);
    case 'string':
      return randomText(schema, random);
    case 'integer':
      return randomInteger(schema, random);
    case 'boolean':
      return random.chance(0.5);
    case undefined:
      return random.pick<Json>([null, 7, 'text', [1], { a: { b: [] } }]) ?? null;
    default:
      throw new Error(`the generator does not know ${JSON.stringify(schema)}`);
  }
}

function randomObject(schema: JsonSchema, random: Random): Json {
  const required = requiredOf(schema);
  const members = Object.entries(propertiesOf(schema)).filter(
    ([name]) => required.has(name) || random.chance(0.5),
  );
  return Object.fromEntries(
    random.shuffled(members).map(([name, member]) => [name, randomInstance(member, random)]),
  );
}

function randomItems({ items, minItems = 0, maxItems = itemsMax }: JsonSchema, random: Random) {
  const most = Math.max(Number(minItems), Math.min(Number(maxItems), itemsMax));
  const count = whole(random, Number(minItems), most);
  return Array.from({ length: count }, () => randomInstance(items as JsonSchema, random));
}

/** Often at a bound, where mistakes are made. */
function randomInteger({ minimum = 0, maximum = 2 ** 40 }: JsonSchema, random: Random): number {
  const [low, high] = [Number(minimum), Number(maximum)];
  return random.pick([low, high, whole(random, low, high), whole(random, low, high)]) ?? low;
}

function randomText(schema: JsonSchema, random: Random): string {
  const { pattern, format, minLength = 0, maxLength = lengthMax } = schema;
  if (format === 'date-time') return new Date(whole(random, 0, 4e12)).toISOString();
  const longest = Math.min(Number(maxLength), lengthMax);
  const plain = () =>
    Array.from({ length: whole(random, Number(minLength), longest) }, () =>
      letters.charAt(whole(random, 0, letters.length - 1)),
    ).join('');
  const sealed = `hf1.k.${letters.slice(0, 9)}`;
  const tried = [
    ...[plain() + (random.pick(awkward) ?? ''), plain()],
    ...[letters.slice(0, longest), sealed],
  ];
  const fits = (text: string) =>
    [...text].length >= Number(minLength) &&
    [...text].length <= Number(maxLength) &&
    (pattern === undefined || new RegExp(pattern as string, 'u').test(text));
  const found = tried.find(fits) ?? 'a'.repeat(Math.max(1, Number(minLength)));
  return found;
}
