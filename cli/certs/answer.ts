import { withExitCode } from '../command-error';

export const certsExitCodes = { attention: 1, usage: 2, notDone: 3 } as const;

/** What keeps a command from its end gets the exit code for it. */
export async function done<Answer>(work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error ? withExitCode(error, certsExitCodes.notDone, undefined) : error;
  }
}

/** Answers as it was asked for; what is not sound ends with 1. */
export function tell<Report extends { readonly isSound: boolean }>(
  { json }: { readonly json: boolean },
  report: Report,
  lines: readonly string[],
): void {
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${lines.join('\n')}\n`);
  if (!report.isSound) process.exitCode = certsExitCodes.attention;
}
