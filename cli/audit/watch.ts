import type { Ledger } from '../../platform/audit/ledger/port';
import { meaningOf } from '../../platform/audit/codes';
import { waiter } from '../../platform/runtime/waiter';
import { findingLines } from './print';

const pollMs = 1_000;
const pageMax = 1_000;

/** Tells each finding once, as it comes, until the process is interrupted. */
export async function watch(
  ledger: Pick<Ledger, 'findings'>,
  { since, json }: { readonly since: Date; readonly json: boolean },
): Promise<void> {
  const bell = waiter();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    bell.stop();
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  const told = new Set<string>();
  process.stderr.write(
    `findings since ${since.toISOString()}, and new ones as they come; Ctrl-C ends\n`,
  );
  for (let from = since; !isOver; await bell.wait(pollMs)) {
    for (const finding of await ledger.findings({ since: from, limitMax: pageMax })) {
      const { code, service, subject, firstSeen } = finding;
      const key = JSON.stringify([code, service, subject]);
      from = new Date(firstSeen);
      if (told.has(key)) continue;
      told.add(key);
      const { severity } = meaningOf(code);
      if (json) process.stdout.write(`${JSON.stringify({ ...finding, severity })}\n`);
      else process.stderr.write(`${findingLines(finding).join('\n')}\n`);
    }
  }
}
