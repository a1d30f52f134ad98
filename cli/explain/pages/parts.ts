import type { ErrorPages } from '../page';

/** Codes in `errors` of a problem: what is wrong with one member of a request. */
export const partPages: ErrorPages = {
  FIELD_MISSING: {
    means: 'A part of errors: the member at the pointer is required and not there.',
    next: 'add the member',
  },
  WRONG_TYPE: {
    means:
      'A part of errors: the member is of another type, for example a text in place of a number.',
    next: 'send the type that the description asks for',
  },
  TOO_LARGE: {
    means: 'A part of errors: the number is too large, or the text too long.',
    next: 'stay below the bound in the detail',
  },
  TOO_SMALL: {
    means: 'A part of errors: the number is too small, or the text too short.',
    next: 'stay above the bound in the detail',
  },
  TOO_MANY: {
    means: 'A part of errors: the list has too many elements.',
    next: 'send fewer, in several requests',
  },
  TOO_FEW: {
    means: 'A part of errors: the list has too few elements.',
    next: 'send at least as many as the detail says',
  },
  VALUE_UNKNOWN: {
    means: 'A part of errors: the value is none of the closed list.',
    next: 'send one of those in the detail',
  },
  FORMAT_INVALID: {
    means: 'A part of errors: the text does not have its form, as a time, an id or a cursor has.',
    next: 'write it as the detail says; take a cursor from next of the page before',
  },
  VALUE_INVALID: {
    means: 'A part of errors: the value breaks another rule of the description.',
    next: 'correct it as the detail says',
  },
  UNKNOWN_FIELD: {
    means:
      'A part of errors: the operation has no such member or parameter, or its name is never allowed.',
    next: 'leave it out; compare the spelling',
  },
  DUPLICATE_LINE: {
    means: 'A part of errors: an order has one product in two lines.',
    next: 'put both into one line',
    docs: 'limits.md#requests',
  },
  DUPLICATE_LOT: {
    means: 'A part of errors: a bulk order has one order twice.',
    next: 'give each lot an orderId of its own',
  },
  AMOUNT_TOO_LARGE: {
    means: 'A part of errors: the lots of a bulk order cost more together than one payment may.',
    next: 'split it into several bulk orders',
    docs: 'limits.md#requests',
  },
};
