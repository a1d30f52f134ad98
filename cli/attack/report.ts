import { escaped } from '../html';
import type { AttackResult, Shot, Verdict } from './attack';

const marks: Readonly<Record<Verdict, string>> = { held: '✓', broken: '✗', 'not carried out': '?' };
const shotsShown = 12;

/** One attack for the terminal: what did not hold is shown with both sides. */
export function attackLines(result: AttackResult): readonly string[] {
  const { row, title, verdict, shots, problem, ms } = result;
  const broken = shots.filter(({ held }) => !held);
  const seconds = `${(ms / 1_000).toFixed(1)} s`;
  return [
    `${marks[verdict]} ${row.padEnd(6)} ${title} (${shots.length} tries, ${seconds})`,
    ...(problem === undefined ? [] : [`         not carried out: ${problem}`]),
    ...broken.slice(0, shotsShown).map(shotLine),
    ...(broken.length > shotsShown ? [`         and ${broken.length - shotsShown} more`] : []),
  ];
}

function shotLine({ name, expected, seen }: Shot): string {
  return `         ${name}: expected ${expected}, seen ${seen}`;
}

/** What all of it comes to. */
export function attackSummary(results: readonly AttackResult[]): {
  readonly line: string;
  readonly counts: Readonly<Record<Verdict, number>>;
} {
  const of = (verdict: Verdict) => results.filter((one) => one.verdict === verdict).length;
  const counts = {
    held: of('held'),
    broken: of('broken'),
    'not carried out': of('not carried out'),
  };
  const tries = results.reduce((sum, { shots }) => sum + shots.length, 0);
  const { held, broken, 'not carried out': undone } = counts;
  const line = `${held} rows hold, ${broken} broken, ${undone} not carried out; ${tries} tries`;
  return { line, counts };
}

/** One page with nothing outside itself: every row, and every try with what was expected and seen. */
export function attackPage(results: readonly AttackResult[]): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Attacks</title>
<style>
body { font: 14px system-ui, sans-serif; max-width: 1080px; margin: 2em auto; color: #222 }
td, th { text-align: left; padding: .15em .8em .15em 0; vertical-align: top } .broken { color: #b00020 }
summary { cursor: pointer; margin: .3em 0 }
</style>
<h1>${escaped(attackSummary(results).line)}</h1>
${results.map(section).join('\n')}
</html>
`;
}

function section(result: AttackResult): string {
  const { row, title, source, beyond, verdict, problem, shots } = result;
  const told = [`From ${source}.`, ...(beyond === undefined ? [] : [`Not shown here: ${beyond}.`])];
  const rows = shots.map(({ name, expected, seen, held }) => {
    const cells = [name, expected, seen].map((text) => `<td>${escaped(text)}</td>`).join('');
    return `<tr${held ? '' : ' class="broken"'}>${cells}</tr>`;
  });
  return `<details${verdict === 'held' ? '' : ' open'}>
<summary${verdict === 'held' ? '' : ' class="broken"'}>${marks[verdict]} ${escaped(`${row} ${title}`)}</summary>
<p>${escaped([...told, problem ?? ''].join(' ').trim())}</p>
<table><tr><th>try</th><th>expected</th><th>seen</th></tr>
${rows.join('\n')}
</table>
</details>`;
}
