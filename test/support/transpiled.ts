import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../../platform/runtime/paths';

let options: ts.CompilerOptions | undefined;

function compilerOptions(): ts.CompilerOptions {
  const file = path.join(projectRoot, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (name) => readFileSync(name, 'utf8')) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, projectRoot).options;
}

/** JavaScript of one source, as the compiler of the whole would write it. */
export function transpiled(file: string, text: string): string {
  options ??= { ...compilerOptions(), sourceMap: false };
  return ts.transpileModule(text, {
    fileName: path.join(projectRoot, file),
    compilerOptions: options,
  }).outputText;
}

/** Where the compiler puts a source, below the root of a checkout. */
export const compiledFile = (file: string): string =>
  path.join('dist', file.replace(/\.ts$/, '.js'));
