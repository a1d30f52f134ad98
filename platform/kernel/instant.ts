const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Milliseconds since 1970 of a time a person wrote (RFC 3339, seconds may be left out); NaN where it has the form and
 * there is no such time. Undefined for everything else.
 */
export function instantMs(text: string): number | undefined {
  return form.test(text) ? Date.parse(text) : undefined;
}
