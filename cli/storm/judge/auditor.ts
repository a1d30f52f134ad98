import { meaningOf } from '../../../platform/audit/codes';
import { openLedger } from '../../../platform/audit/ledger/postgres';
import { withKeys } from '../../../platform/host/sealed-store';
import { parseConfig } from '../../../platform/runtime/config';
import { untilPassed } from '../../audit/look';
import type { Violation } from './invariants';

/**
 * What the auditor told while it was hit like everybody else: no process that comes and goes may make it accuse
 * anybody. It is heard once it has read everything that the storm left in the log, and looked at a round of rows.
 */
export async function auditorAccuses(
  environmentFor: (name: string) => Record<string, string>,
  since: Date,
): Promise<readonly Violation[]> {
  const config = parseConfig(environmentFor('auditor'));
  const ledger = await withKeys({ config }, (keys) => openLedger(config, keys));
  try {
    if (!(await untilPassed(ledger))) {
      return [{ invariant: 'I5', subject: 'auditor', detail: 'is not at work' }];
    }
    const findings = await ledger.findings({ since, limitMax: 100 });
    return findings
      .filter(({ code }) => meaningOf(code).severity === 'violation')
      .map(({ code, service, subject, detail }) => ({
        ...{ invariant: 'I5' as const, subject },
        detail: `the auditor said ${code} ${service} ${detail}`,
      }));
  } finally {
    await ledger.close();
  }
}
