/** What a person has typed or pasted. */
export interface Asked {
  /** Codes, in capitals. */
  readonly codes: readonly string[];
  /** A word that is the id of a saga. */
  readonly saga?: string;
}

const sagaId = /^[a-z][a-z0-9-]*:[^\s]+$/;
const capitals = /^[A-Z][A-Z0-9_]*$/;

/**
 * The codes in the words of a command. A message may be pasted as it was printed, `CODE: text` or `CODE subject: text`:
 * what follows its code is no code.
 */
export function askedIn(words: readonly string[], isKnown: (code: string) => boolean): Asked {
  const codes: string[] = [];
  let isPasted = false;
  for (const word of words.flatMap((text) => text.trim().split(/\s+/)).filter(Boolean)) {
    const [head = '', ...more] = word.split(':');
    if (head === '') break;
    const isSaga = more.join(':') !== '' && sagaId.test(word) && !isKnown(head.toUpperCase());
    if (isSaga && !isPasted) return { codes, saga: word };
    // Behind a code in capitals a word in small letters is the text of the message.
    if (codes.length > 0 && isPasted && !capitals.test(head)) break;
    isPasted = capitals.test(head);
    codes.push(head.toUpperCase());
    if (more.length > 0) break;
  }
  return { codes: [...new Set(codes)] };
}
