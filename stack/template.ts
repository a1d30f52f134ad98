/**
 * Puts values in the place of `${NAME}`, outside of comment lines. A name without a value is a mistake in the
 * template, and is named.
 */
export function fillTemplate(template: string, values: Record<string, string>): string {
  const fill = (line: string): string =>
    line.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`The template asks for ${name}, which has no value`);
      return value;
    });
  const isComment = (line: string): boolean => line.trimStart().startsWith('#');
  return template
    .split('\n')
    .map((line) => (isComment(line) ? line : fill(line)))
    .join('\n');
}
