import ts from 'typescript';

/** A metric as the code that registers it says it. */
export interface MetricSite {
  /** Its key in `metricNames`. */
  readonly key: string;
  readonly kind: MetricKind;
  readonly labels: readonly string[];
  readonly help: string;
}

type MetricKind = 'counter' | 'gauge' | 'histogram';

const kinds: Readonly<Record<string, MetricKind>> = {
  Counter: 'counter',
  Gauge: 'gauge',
  Histogram: 'histogram',
};

/** What a node of a file is read as: names are looked up in the nearest scope that declares them. */
interface Told {
  readonly kind?: MetricKind;
  readonly labels?: readonly string[];
  readonly help?: string;
}

/** The metrics that a source file registers, by the names of `metricNames` that it mentions. */
export function metricSitesIn(file: string, text: string): readonly MetricSite[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const sites: MetricSite[] = [];
  const see = (node: ts.Node): void => {
    const key = keyAt(node);
    const told = key === undefined ? undefined : registeredAt(node);
    if (key !== undefined && told?.kind !== undefined && told.help !== undefined)
      sites.push({ key, kind: told.kind, labels: told.labels ?? [], help: told.help });
    ts.forEachChild(node, see);
  };
  see(tree);
  return sites;
}

/** `metricNames.x`, or `x` where `const { x } = metricNames` stands before it. */
function keyAt(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'metricNames')
    return node.name.text;
  if (!ts.isIdentifier(node) || ts.isBindingElement(node.parent)) return undefined;
  const declared = declarationOf(node);
  if (declared === undefined || !ts.isBindingElement(declared)) return undefined;
  return declared.parent.parent.initializer?.getText() === 'metricNames' ? node.text : undefined;
}

/** What is registered where the name stands: in options, among arguments, or in an object that is handed on. */
function registeredAt(name: ts.Node): Told | undefined {
  let around = name.parent;
  while (
    ts.isPropertyAssignment(around) ||
    ts.isObjectLiteralExpression(around) ||
    ts.isSpreadAssignment(around)
  )
    around = around.parent;
  if (ts.isVariableDeclaration(around)) return throughVariable(around);
  if (ts.isNewExpression(around) || ts.isCallExpression(around)) return told(around);
  return undefined;
}

/** `const x = …`, and then `f(x, …)`, or `new Counter({ name, … })` where that is its name. */
function throughVariable({ name }: ts.VariableDeclaration): Told | undefined {
  let found: Told | undefined;
  const see = (node: ts.Node): void => {
    const isUse = ts.isIdentifier(node) && node.text === name.getText() && node !== name;
    if (isUse && found?.kind === undefined) {
      const place = ts.isShorthandPropertyAssignment(node.parent) ? node.parent.parent : node;
      const { parent } = place;
      if (ts.isNewExpression(parent) || ts.isCallExpression(parent)) found = told(parent);
    }
    ts.forEachChild(node, see);
  };
  see(scopeOf(name));
  return found;
}

/** The kind, help and labels that a constructor or a factory is given; what it is not given, the factory has itself. */
function told(call: ts.NewExpression | ts.CallExpression): Told {
  const own = [...(call.arguments ?? [])].map(toldBy).reduce(merged, {});
  const kind = kinds[call.expression.getText()];
  if (kind !== undefined) return { ...own, kind };
  const factory = declarationOf(call.expression);
  return factory === undefined ? own : merged(own, constructedIn(factory));
}

function merged(first: Told, second: Told): Told {
  const kind = first.kind ?? second.kind;
  const help = first.help ?? second.help;
  const labels = first.labels ?? second.labels;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(help === undefined ? {} : { help }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** The first metric that a function constructs. */
function constructedIn(factory: ts.Node): Told {
  let found: Told = {};
  const see = (node: ts.Node): void => {
    const isMetric = ts.isNewExpression(node) && node.expression.getText() in kinds;
    if (isMetric && found.kind === undefined) found = told(node);
    ts.forEachChild(node, see);
  };
  see(factory);
  return found;
}

/** What one argument says: a text is the help, a list is the labels, an object may say both. */
function toldBy(argument: ts.Node): Told {
  const value = valueOf(argument);
  if (value === undefined) return {};
  const text = textOf(value);
  if (text !== undefined) return { help: text };
  const list = listOf(value);
  if (list !== undefined) return { labels: list };
  if (!ts.isObjectLiteralExpression(value)) return {};
  return value.properties.map(toldByProperty).reduce(merged, {});
}

function toldByProperty(property: ts.ObjectLiteralElementLike): Told {
  if (ts.isSpreadAssignment(property)) return toldBy(property.expression);
  const name = property.name?.getText();
  if (name !== 'help' && name !== 'labelNames') return {};
  const value = ts.isPropertyAssignment(property) ? property.initializer : property.name;
  return value === undefined ? {} : toldBy(value);
}

/** A name is what its constant holds; what is said to be of a type is what it is. */
function valueOf(node: ts.Node): ts.Node | undefined {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return valueOf(node.expression);
  if (ts.isParenthesizedExpression(node)) return valueOf(node.expression);
  if (!ts.isIdentifier(node)) return node;
  const declared = declarationOf(node);
  if (declared === undefined || !ts.isVariableDeclaration(declared)) return undefined;
  return declared.initializer === undefined ? undefined : valueOf(declared.initializer);
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  const rest = node.templateSpans.map(({ expression, literal }) => {
    return `${valueOf(expression)?.getText() ?? expression.getText()}${literal.text}`;
  });
  return `${node.head.text}${rest.join('')}`;
}

function listOf(node: ts.Node): readonly string[] | undefined {
  if (!ts.isArrayLiteralExpression(node)) return undefined;
  return node.elements.flatMap((element) => {
    const value = valueOf(ts.isSpreadElement(element) ? element.expression : element);
    if (value === undefined) return [];
    return textOf(value) ?? listOf(value) ?? [];
  });
}

/** The variable, function or part of a pattern that a name stands for, in its own scope or one around it. */
function declarationOf(name: ts.Node): ts.Declaration | undefined {
  if (!ts.isIdentifier(name)) return undefined;
  for (let scope = scopeOf(name); ; scope = scopeOf(scope)) {
    const found = declaredIn(scope, name.text);
    if (found !== undefined || ts.isSourceFile(scope)) return found;
  }
}

function scopeOf(node: ts.Node): ts.Node {
  let around = node.parent;
  while (!ts.isSourceFile(around) && !ts.isBlock(around)) around = around.parent;
  return around;
}

function declaredIn(scope: ts.Node, name: string): ts.Declaration | undefined {
  const { statements } = scope as ts.SourceFile | ts.Block;
  for (const statement of statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name?.text === name) return statement;
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      if (declaration.name.getText() === name) return declaration;
      const parts = ts.isObjectBindingPattern(declaration.name) ? declaration.name.elements : [];
      const part = parts.find((element) => element.name.getText() === name);
      if (part !== undefined) return part;
    }
  }
  return undefined;
}
