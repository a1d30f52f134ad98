import { services } from '../activities';
import { runProcess } from '../platform/host/process';
import { startKeyStore } from '../platform/keys/process';

/** The key store as a process: `node dist/workers/keys.js`, identity `keys`. */
void runProcess(process.env, (config) =>
  startKeyStore(config, { services: services.map(({ name }) => name) }),
);
