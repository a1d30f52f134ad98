import ts from 'typescript';
import type { Finding } from './finding';
import { lineOf, visit } from './source';
import type { Source } from './source';

/** The bounds: `reported` is what the house aims at, `failed` is where a test turns red. */
export const sizeLimits = {
  fileLinesReported: 150,
  fileLinesFailed: 300,
  functionLinesReported: 30,
  functionLinesFailed: 60,
  columnsReported: 100,
  columnsFailed: 120,
  /** A text longer than this may make its line as long as it needs. */
  textColumnsKept: 50,
  folderDepthReported: 3,
} as const;

export interface SizeReport {
  readonly reported: readonly Finding[];
  readonly failed: readonly Finding[];
}

interface Measure {
  readonly what: string;
  readonly size: number;
  readonly reported: number;
  readonly failed: number;
  readonly line?: number;
}

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function fileMeasure(source: Source): Measure {
  return {
    what: 'lines in the file',
    size: countLines(source.text),
    reported: sizeLimits.fileLinesReported,
    failed: sizeLimits.fileLinesFailed,
  };
}

/** Columns a long text takes on each line: messages and commands are not broken for their length. */
function textColumns(source: Source): ReadonlyMap<number, number> {
  const columns = new Map<number, number>();
  visit(source, (node) => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return;
    const line = lineOf(source, node);
    columns.set(line, Math.max(columns.get(line) ?? 0, node.getWidth(source.tree)));
  });
  return columns;
}

function columnMeasures(source: Source): Measure[] {
  const texts = textColumns(source);
  return source.text.split('\n').map((text, index) => ({
    what: 'columns',
    size: (texts.get(index + 1) ?? 0) > sizeLimits.textColumnsKept ? 0 : text.length,
    reported: sizeLimits.columnsReported,
    failed: sizeLimits.columnsFailed,
    line: index + 1,
  }));
}

/** A block that only registers tests is as long as the promises it lists, so it is not a function here. */
function isTestBlock(node: ts.Node): boolean {
  const call = node.parent;
  if (!ts.isCallExpression(call)) return false;
  return /^(describe|test\.each|describe\.each)\b/.test(call.expression.getText());
}

function linesOf(source: Source, node: ts.Node): number {
  const end = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
  return end - lineOf(source, node) + 1;
}

const isCounted = (node: ts.Node): boolean =>
  ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && !isTestBlock(node);

/** Functions declared inside are counted for themselves: a factory is as long as what is not one of its parts. */
function nestedLines(source: Source, node: ts.Node): number {
  let lines = 0;
  ts.forEachChild(node, (child) => {
    lines += isCounted(child) ? linesOf(source, child) - 1 : nestedLines(source, child);
  });
  return lines;
}

function functionMeasures(source: Source): Measure[] {
  const measures: Measure[] = [];
  visit(source, (node) => {
    if (!isCounted(node)) return;
    measures.push({
      what: 'lines in the function',
      size: linesOf(source, node) - nestedLines(source, node),
      reported: sizeLimits.functionLinesReported,
      failed: sizeLimits.functionLinesFailed,
      line: lineOf(source, node),
    });
  });
  return measures;
}

/** Lengths of files, functions and lines; what passes the outer bound fails, what passes the inner is reported. */
export function checkSizes(sources: readonly Source[]): SizeReport {
  const reported: Finding[] = [];
  const failed: Finding[] = [];
  for (const source of sources) {
    const measures = [fileMeasure(source), ...functionMeasures(source), ...columnMeasures(source)];
    for (const { what, size, reported: soft, failed: hard, line } of measures) {
      if (size <= soft) continue;
      const place = line === undefined ? {} : { line };
      const finding = { file: source.file, ...place, problem: `${size} ${what}` };
      (size > hard ? failed : reported).push(finding);
    }
  }
  return { reported, failed };
}

/** Folders deeper below the root than the house likes; data such as schemas has reasons of its own. */
export function checkDepth(files: readonly string[]): Finding[] {
  const deep = files.filter((file) => file.split('/').length - 1 > sizeLimits.folderDepthReported);
  return deep.map((file) => ({ file, problem: `${file.split('/').length - 1} folders deep` }));
}
