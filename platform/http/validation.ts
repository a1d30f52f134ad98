import type { z } from 'zod';
import { problem } from './problem';
import type { PlatformProblemCode, ProblemPart } from './problem';

type Issue = z.core.$ZodIssue;

const partsMax = 50;

/** JSON pointer (RFC 6901) of a path of members and indices. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.hasOwn(inner, part) ? (inner as Record<PropertyKey, unknown>)[part] : undefined;
  }, value);
}

function codeOf(issue: Issue, input: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return valueAt(input, issue.path) === undefined ? 'FIELD_MISSING' : 'WRONG_TYPE';
    case 'too_big':
      return issue.origin === 'array' ? 'TOO_MANY' : 'TOO_LARGE';
    case 'too_small':
      return issue.origin === 'array' ? 'TOO_FEW' : 'TOO_SMALL';
    case 'invalid_value':
      return valueAt(input, issue.path) === undefined ? 'FIELD_MISSING' : 'VALUE_UNKNOWN';
    case 'invalid_format':
      return 'FORMAT_INVALID';
    case 'custom':
      return typeof issue.params?.code === 'string' ? issue.params.code : 'VALUE_INVALID';
    default:
      return 'VALUE_INVALID';
  }
}

function partsOf(issue: Issue, input: unknown): ProblemPart[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ pointer: pointerOf(issue.path), code: codeOf(issue, input), detail: issue.message }];
  }
  return issue.keys.map((key) => ({
    pointer: pointerOf([...issue.path, key]),
    code: 'UNKNOWN_FIELD',
    detail: 'this field is not known here',
  }));
}

/** Names everything a schema found wrong, each with a pointer and a code; at most 50 parts. */
export function partsOfIssues(issues: readonly Issue[], input: unknown): ProblemPart[] {
  return issues.flatMap((issue) => partsOf(issue, input)).slice(0, partsMax);
}

/**
 * Parses what came from outside, or throws the 400 problem `code` with one part per mistake. The input is never
 * repeated in the answer.
 */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  code: Extract<PlatformProblemCode, 'BODY_INVALID' | 'QUERY_INVALID' | 'PATH_INVALID'>,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = partsOfIssues(parsed.error.issues, input);
  const [first] = errors;
  const detail =
    first === undefined ? undefined : `${first.pointer || 'the whole'}: ${first.detail}`;
  throw problem(code, { errors, ...(detail === undefined ? {} : { detail }) });
}
