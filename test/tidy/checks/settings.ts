/** A setting of our processes as the code declares it. */
export interface Setting {
  readonly name: string;
  /** What the documents should say: `required`, `empty`, or the default as text. */
  readonly fallback: string;
}

/** Settings and defaults in the source of `platform/runtime/config.ts`. */
export function settingsOf(source: string): readonly Setting[] {
  const body = source.slice(source.indexOf('z.object({'), source.indexOf('export type Config'));
  return body
    .split(/^ {2}(?=HOLDFAST_)/m)
    .slice(1)
    .map((text) => {
      const name = /^HOLDFAST_\w+/.exec(text)?.[0] ?? '';
      const given = /\.default\(([^)]*)\)/.exec(text)?.[1];
      if (given === undefined) return { name, fallback: 'required' };
      const value = given.replace(/'/g, '').replace(/_(?=\d)/g, '');
      return { name, fallback: value === '' ? 'empty' : `\`${value}\`` };
    });
}

/** Environment variables by which somebody names a server of their own. */
export function binaryVariablesOf(source: string): readonly string[] {
  return [...source.matchAll(/variable: '(HOLDFAST_\w+)'/g)].map((match) => match[1] ?? '');
}

/** Versions the embedded stack fetches: of wheels, of Maven artifacts, of what is built once. */
export function fetchedVersionsOf(source: string): readonly string[] {
  const found = [
    ...source.matchAll(/requirement: '[\w-]+==([\d.]+)'/g),
    ...source.matchAll(/'[\w-]+==([\d.]+)'/g),
    ...source.matchAll(/const version = '([\d.]+)'/g),
    ...source.matchAll(/const npmVersion = '([\d.]+?)-[\w.]+'/g),
    ...source.matchAll(/DynamoDBLocal:([\d.]+)'/g),
  ];
  return [...new Set(found.map((match) => match[1] ?? ''))];
}
