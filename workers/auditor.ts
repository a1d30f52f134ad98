import { services } from '../activities';
import { startAuditor } from '../platform/audit/process';
import { runProcess } from '../platform/host/process';
import { sagasJournal } from '../platform/saga/journal/hosted';
import { openWitness } from '../projections/witness';
import { sagaAudits } from '../workflows/audits';

/** The auditor as a process: `node dist/workers/auditor.js`, identity `auditor`. */
void runProcess(process.env, (config) =>
  startAuditor(config, {
    services: [...services, sagasJournal],
    sagas: sagaAudits,
    openProjections: openWitness,
  }),
);
