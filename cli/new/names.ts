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
const lengthMax = 48;

/** Names of what is to be written. Throws NAME_INVALID. */
export function namesOf(kebab: string): Names {
  if (!pattern.test(kebab) || kebab.length > lengthMax) {
    throw new CommandError({
      code: 'NAME_INVALID',
      cause: `${kebab} is no name: lower-case words with dashes between them, ${lengthMax} characters at most`,
      fix: 'choose one such as gift-order: it becomes the route, the workflow type and the file',
    });
  }
  const camel = kebab.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const words = kebab.replaceAll('-', ' ');
  return { kebab, camel, title: words.charAt(0).toUpperCase() + words.slice(1) };
}
