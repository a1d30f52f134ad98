import type { Json } from '../../kernel/json';

const textMax = 64;
/** The member that holds what belongs to a person, whatever is in it. */
const personal = 'personal';

/** A value for a report: short, on one line, and nothing of what is or lies under a member named `personal`. */
export function shownValue(value: Json | undefined, pointer: string): string {
  if (value === undefined) return 'absent';
  if (pointer.split('/').includes(personal)) return 'masked';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `${Object.keys(value).length} members`;
  const text = JSON.stringify(value);
  return text.length > textMax ? `${text.slice(0, textMax)}… (${text.length} characters)` : text;
}
