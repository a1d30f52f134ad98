import { openLedger } from '../../../platform/audit/ledger/postgres';
import type { StoredLedger } from '../../../platform/audit/ledger/postgres';
import { verifyReport } from '../../../platform/audit/report';
import { withKeys } from '../../../platform/host/sealed-store';
import { parseConfig } from '../../../platform/runtime/config';
import { readCredentials } from '../../../platform/security/tls';
import { waiter } from '../../../platform/runtime/waiter';
import { auditOnce } from '../../up/audit';
import { until } from '../../up/api-client';
import { chaosLimits } from '../stage';
import type { Stage } from '../stage';
import { openShops, placeAll } from './many-orders';
import type { Order } from './many-orders';

export interface SoakOptions {
  readonly minutes: number;
  /** Orders placed at once; the next ones when these have ended. */
  readonly batch: number;
  readonly say: (line: string) => void;
}

/** What an hour beside the auditor has shown. */
export interface SoakResult {
  readonly minutes: number;
  readonly sagas: number;
  /** Events the auditor has checked. */
  readonly events: number;
  readonly repeats: number;
  /** Lines of its signed report, all in order. */
  readonly lines: number;
  readonly problems: readonly string[];
}

const limits = { settleMs: 15_000, ordersMax: 100_000, tellEveryMs: 60_000 } as const;

/**
 * Places orders, some of which must be undone, for so many minutes beside an auditor at work. Every finding of it is a
 * false alarm: nothing is broken on purpose. At the end the whole audit of a system at rest must agree.
 */
export async function runSoak(
  stage: Stage,
  { minutes, batch, say }: SoakOptions,
): Promise<SoakResult> {
  const { arena } = stage;
  const config = parseConfig(arena.environmentFor('auditor'));
  const ledger = await withKeys({ config }, (keys) => openLedger(config, keys));
  try {
    const shops = await openShops(arena.api, limits.ordersMax);
    const endMs = performance.now() + minutes * 60_000;
    const orders: Order[] = [];
    for (let toldMs = 0; performance.now() < endMs;) {
      const placed = await placeAll(shops, batch);
      // An endless backlog would show how a saga waits, and not what the auditor says of sagas that end.
      for (const { workflowId } of placed) await untilEnded(stage, workflowId);
      orders.push(...placed);
      if (performance.now() - toldMs < limits.tellEveryMs) continue;
      toldMs = performance.now();
      say(`${orders.length} orders; ${await counted(ledger)}`);
    }
    await waiter().wait(limits.settleMs);
    const atRest = await auditOnce({ stack: arena });
    const report = await verifyReport(ledger, readCredentials(config).ca);
    const findings = await ledger.findings({ since: new Date(0), limitMax: 100 });
    const marks = await Promise.all(
      ['orders', 'payments', 'inventory', 'sagas'].map((name) => ledger.mark(name)),
    );
    const sum = (of: 'events' | 'repeats') => marks.reduce((total, mark) => total + mark[of], 0);
    const { published } = atRest.events;
    return {
      ...{ minutes, sagas: orders.length, events: sum('events'), repeats: sum('repeats') },
      lines: report.lines,
      problems: [
        ...findings.map((one) => `false alarm: ${JSON.stringify(one)}`),
        ...atRest.violations.map((one) => JSON.stringify(one)),
        ...(report.broken === undefined ? [] : [`report: ${JSON.stringify(report.broken)}`]),
        ...(sum('events') === published
          ? []
          : [`the auditor read ${sum('events')} events, the tables have ${published}`]),
      ],
    };
  } finally {
    await ledger.close();
  }
}

async function untilEnded({ arena }: Stage, workflowId: string): Promise<void> {
  await until(`the end of ${workflowId}`, chaosLimits.endMs, async () => {
    const entry = await arena.journal(workflowId);
    return entry?.status === 'finished' ? true : undefined;
  });
}

async function counted(ledger: StoredLedger): Promise<string> {
  const { events } = await ledger.mark('inventory');
  const open = await ledger.openFindings();
  return `${events} events of inventory checked, ${open.length} kinds of findings`;
}

/** A result for a person. */
export function soakLines(result: SoakResult): readonly string[] {
  const { minutes, sagas, events, repeats, lines, problems } = result;
  const told = `${sagas} sagas in ${minutes} min, ${events} events checked, ${repeats} repeats`;
  return [
    `soak: ${told}, ${lines} report lines; ${problems.length === 0 ? 'no alarm' : 'PROBLEMS'}`,
    ...problems.map((problem) => `  ${problem}`),
  ];
}
