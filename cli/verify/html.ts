import { escaped } from '../html';
import { cellFaults } from './cells';
import type { Explored } from './explore';
import { redOf, replayCommand, summaryOf } from './report';
import type { Mark, MatrixRow } from './report';

const style = `
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}
th{font-weight:500;text-align:left;padding:.2rem .6rem}
thead th{height:7rem;vertical-align:bottom;padding:0}
thead span{display:block;width:1.9rem;writing-mode:vertical-rl;transform:rotate(180deg)}
td{width:1.9rem;height:1.9rem;text-align:center;border:1px solid color-mix(in srgb,currentColor 25%,transparent)}
.green{background:color-mix(in srgb,#2a9d4a 30%,transparent)}
.red{background:#c62828;color:#fff}
.none{opacity:.35}
code{font:13px ui-monospace,monospace}
`;

const classes = { '✓': 'green', '✗': 'red', '·': 'none', '–': 'none' } as const;

function cellOf(row: MatrixRow, { fault, sign, result }: Mark): string {
  const told =
    result === undefined
      ? [sign === '·' ? 'not run' : 'there is no such cell']
      : [
          `${result.outcome} after ${result.durationMs} ms, seed ${result.cell.seed}`,
          ...result.parked.map((place) => `parked at ${place}; tried again`),
          ...result.problems,
        ];
  const title = [`${row.step}/${row.direction}/${fault}`, ...told].join('\n');
  return `<td class="${classes[sign]}" title="${escaped(title)}">${sign}</td>`;
}

/** One saga's part of the page. */
export interface HtmlPart {
  readonly explored: Explored;
  readonly rows: readonly MatrixRow[];
}

function sectionOf({ explored, rows }: HtmlPart): string {
  const heads = cellFaults.map((fault) => `<th scope="col"><span>${fault}</span></th>`).join('');
  const body = rows.map((row) => {
    const head = `<th scope="row">${escaped(row.step)}, ${row.direction}</th>`;
    return `<tr>${head}${row.marks.map((mark) => cellOf(row, mark)).join('')}</tr>`;
  });
  const red = redOf(explored).map((result) => {
    const problems = result.problems.map((problem) => `<br>${escaped(problem)}`).join('');
    const again = `<br><code>${escaped(replayCommand(explored, result))}</code>`;
    return `<li><b>${escaped(result.cell.id)}</b>${problems}${again}</li>`;
  });
  const violations = explored.violations.map((one) => `<li>${escaped(one)}</li>`);
  return `<h1>${escaped(explored.saga)} under every fault</h1>
<p>${escaped(summaryOf(explored))}</p>
<table><thead><tr><th></th>${heads}</tr></thead><tbody>
${body.join('\n')}
</tbody></table>
<ul>${[...red, ...violations].join('\n')}</ul>`;
}

/** The matrices as one page that needs nothing else: what happened stands in the title of each cell. */
export function htmlOf(parts: readonly HtmlPart[]): string {
  const title = escaped(parts.map(({ explored }) => explored.saga).join(', '));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} under every fault</title><style>${style}</style></head><body>
${parts.map(sectionOf).join('\n')}
</body></html>
`;
}
