/** What a person typed as JSON: a value, nothing, or what is wrong with it. */
export type TypedJson =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'empty' }
  | { readonly kind: 'wrong'; readonly says: string };

/** Reads JSON that a person typed. */
export function readJson(text: string): TypedJson {
  if (text.trim() === '') return { kind: 'empty' };
  try {
    return { kind: 'value', value: JSON.parse(text) as unknown };
  } catch (error) {
    return { kind: 'wrong', says: error instanceof Error ? error.message : 'it is not JSON' };
  }
}

/** Why a payload cannot be sent; undefined when it can. An event's payload is always an object. */
export function payloadFault(text: string): string | undefined {
  const typed = readJson(text);
  if (typed.kind === 'empty') return 'Give the whole payload.';
  if (typed.kind === 'wrong') return `This is not JSON: ${typed.says}`;
  const { value } = typed;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? undefined : 'A payload is a JSON object.';
}
