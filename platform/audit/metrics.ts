import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { metricNames } from '../runtime/metric-names';
import type { AuditPass } from './auditor';
import { meaningOf } from './codes';
import type { Ledger } from './ledger/port';

/** Shows the findings that are open, asked at each scrape; a ledger that is away leaves the last known values. */
function observeFindings(registry: Registry, ledger: Pick<Ledger, 'openFindings'>): void {
  new Gauge({
    name: metricNames.auditOpenFindings,
    help: 'Findings of the auditor that nobody has acknowledged',
    labelNames: ['code', 'service', 'severity'] as const,
    registers: [registry],
    async collect() {
      const counts = await ledger.openFindings().catch(() => undefined);
      if (counts === undefined) return;
      this.reset();
      for (const { code, service, count } of counts) {
        this.set({ code, service, severity: meaningOf(code).severity }, count);
      }
    },
  });
}

/** Measures passes; a service whose database or log is away shows as waiting. */
export function observePasses(
  registry: Registry,
  ledger: Pick<Ledger, 'openFindings'>,
): (pass: AuditPass, lines: number) => void {
  const registers = [registry];
  observeFindings(registry, ledger);
  const events = new Counter({
    name: metricNames.auditEvents,
    help: 'Events the auditor has checked',
    labelNames: ['service'] as const,
    registers,
  });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const lag = gauge(metricNames.auditLag, 'Records in the log that the auditor has not read', [
    'service',
  ]);
  const away = gauge(metricNames.auditWaiting, '1 while the audit of a service waits', ['service']);
  const at = gauge(metricNames.auditLastPass, 'When the last pass ended, seconds since 1970');
  const took = gauge(metricNames.auditPassSeconds, 'How long the last pass took, seconds');
  const report = gauge(metricNames.auditReportLines, 'Number of the last line of the report');
  return (pass, lines) => {
    for (const one of pass.services) {
      const service = one.name;
      away.set({ service }, one.away === undefined ? 0 : 1);
      if (one.away !== undefined) continue;
      events.inc({ service }, one.events);
      lag.set({ service }, one.lag);
    }
    at.set(Date.now() / 1_000);
    took.set(pass.tookMs / 1_000);
    report.set(lines);
  };
}
