import { CommandError } from '../command-error';

/** A name in the forms that code needs. */
export interface Names {
  /** `gift-order`: the route, the workflow type, the file. */
  readonly kebab: string;
  /** `giftOrder`: what the code calls it. */
  readonly camel: string;
  /** `Gift order`: what people read. */
  readonly title: string;
}

const pattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** Lines with the name in them stay within the width of the code. */
const lengthMax = 24;

/** Words of the language: nothing can be called so. */
export const languageWords: readonly string[] = [
  ...[
    'break',
    'case',
    'catch',
    'class',
    'const',
    'continue',
    'debugger',
    'default',
    'delete',
    'do',
  ],
  ...['else', 'enum', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'import'],
  ...['in', 'instanceof', 'new', 'null', 'return', 'super', 'switch', 'this', 'throw', 'true'],
  ...['try', 'typeof', 'var', 'void', 'while', 'with', 'yield', 'let', 'static', 'await', 'async'],
  ...['implements', 'interface', 'package', 'private', 'protected', 'public', 'eval', 'arguments'],
];

/** A word with its first letter raised. */
export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** What a saga file uses already, and words of the language. */
const taken = new Set([
  ...['contract', 'inventory', 'orders', 'input', 'saga', 'pieces', 'z'],
  ...languageWords,
]);

/** Names of what is to be written. Throws NAME_INVALID. */
export function namesOf(kebab: string): Names {
  if (!pattern.test(kebab) || kebab.length > lengthMax || taken.has(kebab)) {
    throw new CommandError({
      code: 'NAME_INVALID',
      cause: `${kebab} is no name: lower-case words with dashes between them, ${lengthMax} characters at most, and no word of the language`,
      fix: 'choose one such as gift-order: it becomes the route, the workflow type and the file',
    });
  }
  const camel = kebab.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const words = kebab.replaceAll('-', ' ');
  return { kebab, camel, title: capital(words) };
}
