import { runProcess } from '../platform/host/process';
import { startProjections } from '../projections/process';

/** The projector as a process: `node dist/workers/projector.js`, identity `projector`. */
void runProcess(process.env, startProjections);
