import { program } from './program';

async function main(): Promise<void> {
  try {
    // Which Node versions next year's SDK will want is no news for whoever runs a command.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    await program(process.argv.slice(2)).parseAsync(process.argv);
  } catch (error) {
    process.exitCode = describe(error);
  }
}

/** Prints what went wrong and what to do next; returns the exit code. */
function describe(error: unknown): number {
  const { code, exitCode, message, fix } = error as {
    code?: string;
    exitCode?: number;
    message?: string;
    fix?: string;
  };
  if (code?.startsWith('commander.')) return exitCode === 0 ? 0 : 2;
  // A stack's error tells code, cause and fix in its message already.
  const told = message ?? String(error);
  const named = code === undefined || told.startsWith(code) ? told : `${code}: ${told}`;
  process.stderr.write(`\n${named}\n`);
  if (fix !== undefined && !told.includes(fix)) process.stderr.write(`  fix: ${fix}\n`);
  if (code === undefined) process.stderr.write(`${(error as Error).stack ?? ''}\n`);
  return typeof exitCode === 'number' ? exitCode : 1;
}

/** Whoever read the answer has seen enough, as `head` does: the exit code of a program that SIGPIPE ended. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(141);
  });
}

void main();
