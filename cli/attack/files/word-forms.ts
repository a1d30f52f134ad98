/**
 * What to look for to find a word in stored bytes: as text of one or two bytes a letter, in hex, and in base64 at each
 * place that it may have in a group of three bytes, with either alphabet.
 */
export function formsOf(word: string): readonly Buffer[] {
  const bytes = Buffer.from(word);
  const hex = bytes.toString('hex');
  const inBase64 = [0, 1, 2].map((before) => base64Of(bytes, before));
  const inUrls = inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const texts = [...new Set([word, hex, hex.toUpperCase(), ...inBase64, ...inUrls])];
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(word, 'utf16le')];
}

/** The letters of base64 that no byte around the word has a part in. */
function base64Of(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const [first, end] = [Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)];
  return text.slice(first, end);
}
