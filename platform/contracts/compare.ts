import { canonicalJson } from '../kernel/json';
import { bare, narrowings, propertiesOf, requiredOf } from './accepts';
import type { CommandFinding, CommandRule } from './rules';
import type { CommandSchema, JsonSchema } from './schema';

/**
 * Promises that `newer` breaks although it is of the same major as `older`. Inputs may only become wider, since an
 * older saga goes on sending what it always did. Results may only gain optional members, since an older saga reads them
 * and answers stored before are given again. Refusals may come and go: no saga branches on a code, the engine turns
 * back (or, after the pivot, parks) on any of them.
 */
export function brokenPromises(older: CommandSchema, newer: CommandSchema): CommandFinding[] {
  const command = older.name;
  const whole = (rule: CommandRule): CommandFinding[] => [{ rule, command, member: '' }];
  if (older.kind !== newer.kind) return whole('COMMAND_KIND_CHANGED');
  if (older.of !== newer.of) return whole('UNDO_TARGET_CHANGED');
  const input = narrowings(older.input, newer.input, 'input');
  const result = resultChanges(older.result ?? {}, newer.result ?? {}, 'result');
  return [...input, ...result].map((finding) => ({ command, ...finding }));
}

interface ResultChange {
  readonly rule: 'RESULT_MEMBER_REMOVED' | 'RESULT_MEMBER_REQUIRED' | 'RESULT_CHANGED';
  readonly member: string;
  readonly detail?: string;
}

function resultChanges(older: JsonSchema, newer: JsonSchema, member: string): ResultChange[] {
  if (canonicalJson(bare(older)) === canonicalJson(bare(newer))) return [];
  if (!isObject(older) || !isObject(newer)) return [{ rule: 'RESULT_CHANGED', member }];
  const was = propertiesOf(older);
  const is = propertiesOf(newer);
  const kept = Object.entries(was).flatMap(([name, schema]): ResultChange[] => {
    const place = `${member}/${name}`;
    const now = is[name];
    if (now === undefined) return [{ rule: 'RESULT_MEMBER_REMOVED', member: place }];
    return [...resultChanges(schema, now, place), ...requirement(older, newer, { name, place })];
  });
  const added = Object.keys(is)
    .filter((name) => was[name] === undefined && requiredOf(newer).has(name))
    .map((name): ResultChange => {
      return { rule: 'RESULT_MEMBER_REQUIRED', member: `${member}/${name}` };
    });
  return [...kept, ...added, ...restChange(older, newer, member)];
}

function requirement(
  older: JsonSchema,
  newer: JsonSchema,
  { name, place: member }: { readonly name: string; readonly place: string },
): ResultChange[] {
  const was = requiredOf(older).has(name);
  if (was === requiredOf(newer).has(name)) return [];
  if (!was) return [{ rule: 'RESULT_MEMBER_REQUIRED', member }];
  return [{ rule: 'RESULT_CHANGED', member, detail: 'it may be missing now' }];
}

/** Everything about an object but its named members must be as it was. */
function restChange(older: JsonSchema, newer: JsonSchema, member: string): ResultChange[] {
  const rest = (schema: JsonSchema) => bare({ ...schema, properties: {}, required: [] });
  if (canonicalJson(rest(older)) === canonicalJson(rest(newer))) return [];
  return [{ rule: 'RESULT_CHANGED', member }];
}

function isObject(schema: JsonSchema): boolean {
  return schema.type === 'object';
}
