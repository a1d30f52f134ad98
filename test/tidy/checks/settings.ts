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
