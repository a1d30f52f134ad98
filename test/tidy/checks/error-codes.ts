import ts from 'typescript';
import type { Finding } from './finding';
import { lineOf, visit } from './source';
import type { Source } from './source';

/** A code at a place of the sources where only a code stands. */
export interface CodeSite {
  readonly code: string;
  readonly file: string;
  readonly line: number;
}

/** What is called with a code, and at which argument it stands. */
const makers: Readonly<Record<string, number>> = {
  ...{ Problem: 1, gatewayProblem: 0, letterProblem: 0, problem: 0, verbProblem: 0 },
  ...{ webhookProblem: 0, nonRetryable: 1, retryable: 1, assertPlace: 2 },
  ...{ no: 0, refuse: 0, refused: 0, rejected: 0, stand: 0 },
  ...{ brokenRules: 0, difference: 0, finding: 0, findingOf: 0, found: 0, report: 0 },
  ...{ told: 0, whole: 0 },
};

/** Classes of errors: the first argument, where it is in capitals, is the code. */
const errors = /(?:Error|Failed|Fault|Refused|Unreadable)$/;

/** Members of objects and classes, and parameters, of which a code is the value. */
const members = new Set(['code', 'identity', 'reason', 'refusal', 'refused', 'refuses', 'rule']);

/** Constants and members that are a closed list of codes, or have codes for keys. */
const listNames = /(?:Codes|Pages|Problems|Refusals|Rules)$/;
const lists: ReadonlySet<string> = new Set([
  ...['attemptErrors', 'deadLetterReasons', 'recoveryReasons', 'tokenReasons'],
  ...['elapsed', 'faults', 'identities', 'problems', 'refusals'],
]);

/** Constants that are one code. */
const words = /^(?:code|historyLimit|\w+Reason)$/;

/** Types that are a closed list, and functions that answer a code, or some. */
const closedTypes = /(?:Code|DisabledFor|Reason|Refusal)$/;
const askers = /^(?:code|reason|refusal|sums)Of$|(?:Reason|Refusal)$/;

/** What stands at such places and is no code: a rehearsal and an exploration make up refusals of these names. */
const madeUp: ReadonlySet<string> = new Set(['DENIED', 'EXPLORED', 'REFUSED']);

const codePattern = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

const eithers: ReadonlySet<ts.SyntaxKind> = new Set([
  ...[ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken],
]);

/** The literals that an expression may come to. */
function literalsOf(node: ts.Node): readonly ts.StringLiteral[] {
  if (ts.isStringLiteral(node)) return [node];
  const isWrapped = ts.isParenthesizedExpression(node) || ts.isAsExpression(node);
  if (isWrapped || ts.isSatisfiesExpression(node) || ts.isSpreadElement(node))
    return literalsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(literalsOf);
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(literalsOf);
  if (ts.isLiteralTypeNode(node)) return literalsOf(node.literal);
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(literalsOf);
  const isEither = ts.isBinaryExpression(node) && eithers.has(node.operatorToken.kind);
  return isEither ? [node.left, node.right].flatMap(literalsOf) : [];
}

/** Keys of an object; elements of a list; what a single value may come to. */
function listedIn(node: ts.Expression): readonly ts.Node[] {
  const value = ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? node.expression : node;
  if (value !== node) return listedIn(value);
  if (!ts.isObjectLiteralExpression(value)) return literalsOf(value);
  return value.properties.flatMap((one) =>
    ts.isPropertyAssignment(one) && ts.isIdentifier(one.name) ? [one.name] : [],
  );
}

function nameOf(node: ts.Node): string {
  const { name } = node as { name?: ts.Node };
  return name !== undefined && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))
    ? name.text
    : '';
}

function functionAround(node: ts.Node): string {
  let around = node.parent;
  while (!ts.isFunctionLike(around) && !ts.isSourceFile(around)) around = around.parent;
  return nameOf(around) || nameOf(around.parent ?? around);
}

function givenTo(node: ts.CallExpression | ts.NewExpression): readonly ts.Node[] {
  const called = node.expression;
  const name = ts.isPropertyAccessExpression(called) ? called.name.text : called.getText();
  const place = Object.hasOwn(makers, name) ? makers[name] : errors.test(name) ? 0 : undefined;
  const given = place === undefined ? undefined : node.arguments?.[place];
  return given === undefined ? [] : listedIn(given);
}

/** The codes that a node says are codes. */
function codesAt(node: ts.Node): readonly ts.Node[] {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return givenTo(node);
  if (ts.isReturnStatement(node) && node.expression !== undefined)
    return askers.test(functionAround(node)) ? literalsOf(node.expression) : [];
  if (ts.isTypeAliasDeclaration(node))
    return closedTypes.test(node.name.text) ? literalsOf(node.type) : [];
  if (ts.isPropertySignature(node) || ts.isParameter(node))
    return members.has(nameOf(node)) && node.type !== undefined ? literalsOf(node.type) : [];
  if (!isValued(node) || node.initializer === undefined) return [];
  const name = nameOf(node);
  const isOne = members.has(name) || (ts.isVariableDeclaration(node) && words.test(name));
  if (isOne) return literalsOf(node.initializer);
  return listNames.test(name) || lists.has(name) ? listedIn(node.initializer) : [];
}

const isValued = (
  node: ts.Node,
): node is ts.PropertyAssignment | ts.PropertyDeclaration | ts.VariableDeclaration =>
  ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node);

/** Every code of a file, by the places where codes stand. */
export function codesIn(source: Source): readonly CodeSite[] {
  const sites: CodeSite[] = [];
  visit(source, (node) => {
    for (const found of codesAt(node)) {
      const { text: code } = found as ts.StringLiteral | ts.Identifier;
      if (!codePattern.test(code) || madeUp.has(code)) continue;
      sites.push({ code, file: source.file, line: lineOf(source, found) });
    }
  });
  return sites;
}

const codeInText = /[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*/g;

/** Every word in capitals that a file has in a text, or as the name of a member. */
function wordsOf(source: Source): readonly string[] {
  const found: string[] = [];
  visit(source, (node) => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node);
    if (isText) found.push(...(node.text.match(codeInText) ?? []));
    if (ts.isPropertyAssignment(node)) found.push(nameOf(node));
  });
  return found;
}

/** Codes of the sources that no page tells, at the first place of each, and pages of codes that no source has. */
export function checkCodes(sources: readonly Source[], pages: readonly string[]): Finding[] {
  const told = new Set(pages);
  const untold = new Map<string, CodeSite>();
  for (const site of sources.flatMap(codesIn)) {
    if (!told.has(site.code) && !untold.has(site.code)) untold.set(site.code, site);
  }
  const written = new Set(sources.flatMap(wordsOf));
  const stale = pages.filter((code) => !written.has(code));
  return [
    ...[...untold.values()].map(({ code, ...place }) => ({
      ...place,
      problem: `${code} has no page in cli/explain/pages`,
    })),
    ...stale.map((code) => ({ file: 'cli/explain/pages', problem: `${code} is no code any more` })),
  ];
}
