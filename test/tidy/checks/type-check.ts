import path from 'node:path';
import ts from 'typescript';
import type { Finding } from './finding';
import { root } from './repository';

function readOptions(): ts.CompilerOptions {
  const file = path.join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(
    config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  );
  return { ...options, noEmit: true, incremental: false, tsBuildInfoFile: undefined as never };
}

/** Typings that no document speaks of, and whose size would be most of the work. */
const unneeded = /node_modules\/(@temporalio|@opentelemetry|@types\/node)\//;

/** A compiler host that sees the project's files with some of them replaced or added. */
function hostWith(
  files: ReadonlyMap<string, string>,
  options: ts.CompilerOptions,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const onDisk = { readFile: host.readFile.bind(host), fileExists: host.fileExists.bind(host) };
  // Folders that are there in these files alone.
  const folders = new Set([...files.keys()].map((name) => path.posix.dirname(name)));
  const isThere = host.directoryExists?.bind(host);
  host.directoryExists = (name) => folders.has(name) || (isThere?.(name) ?? true);
  host.fileExists = (name) => files.has(name) || (!unneeded.test(name) && onDisk.fileExists(name));
  host.readFile = (name) => files.get(name) ?? onDisk.readFile(name);
  host.getSourceFile = (name, languageVersion) => {
    const text = host.readFile(name);
    return text === undefined ? undefined : ts.createSourceFile(name, text, languageVersion);
  };
  return host;
}

/**
 * Type-checks files that need not exist, as if they stood at their path in the repository, against the real project.
 * Answers what the compiler says about these files only.
 */
export function typeCheck(virtual: Readonly<Record<string, string>>): Finding[] {
  const files = new Map(
    Object.entries(virtual).map(([file, text]) => [path.posix.join(root, file), text]),
  );
  const options = readOptions();
  delete options.tsBuildInfoFile;
  // What documents show needs no typings of Node or jest, and those are most of what would be read.
  options.types = [];
  const program = ts.createProgram([...files.keys()], options, hostWith(files, options));
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    const problems = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return problems.map((problem) => ({
      file: path.posix.relative(root, name),
      line: (source?.getLineAndCharacterOfPosition(problem.start ?? 0).line ?? 0) + 1,
      problem: ts.flattenDiagnosticMessageText(problem.messageText, ' '),
    }));
  });
}
