import { areas, toldCodes } from './table';
import type { Area, ToldCode } from './table';

/** Path of the reference, from the root of the repository. */
export const referencePath = 'docs/errors.md';

const columnsMax = 120;

const head = `# Error codes

Every code that a person may meet: of commands and processes, of the HTTP API, of steps and sagas, of the log, of
findings. Match the code, never the text beside it. \`holdfast explain <code>\` tells the same without this page, and
\`GET /problems/<code>\` what concerns the API. Refusals of a service of your own are in its contract. A command that
meets a proxy without a code of ours says \`HTTP_<status>\`.

This page is written from \`cli/explain/pages\`: change those, then run \`npm run docs:write\`.`;

/** Breaks a text into lines of at most 120 columns. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > columnsMax && line !== '') lines.push(line);
    line = longer.length > columnsMax ? word : longer;
  }
  return [...lines, line].join('\n');
}

/** What stands between angle brackets would be taken for HTML. */
const plain = (text: string): string => text.replace(/[<*]/g, '\\$&');

function entryOf({ code, status, title, means, next, docs }: ToldCode): string {
  const page = docs?.replace(/^docs\//, '');
  const more = page === undefined ? '' : ` More: [${page.split('#')[0]}](${page}).`;
  const problem = status === undefined ? '' : `HTTP ${status}, *${title}*. `;
  const step = `**Next:** ${plain(next)}.${more}`;
  return [`### ${code}`, wrapped(`${problem}${plain(means)}`), wrapped(step)].join('\n\n');
}

function areaOf({ title, pages }: Area): string {
  const entries = Object.keys(pages).flatMap((code) => toldCodes.get(code) ?? []);
  return [`## ${title}`, ...entries.map(entryOf)].join('\n\n');
}

/** The reference as `docs/errors.md` has it. */
export function referenceText(): string {
  return `${[head, ...areas.map(areaOf)].join('\n\n')}\n`;
}
