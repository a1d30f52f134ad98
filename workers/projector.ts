import { runProcess } from '../platform/host/process';
import { startProjections } from '../projections/process';
import { catalog } from '../workflows/catalog';

const sagas = catalog.map(({ name }) => name);

/** The projector as a process: `node dist/workers/projector.js`, identity `projector`. */
void runProcess(process.env, (config) => startProjections(config, { sagas }));
