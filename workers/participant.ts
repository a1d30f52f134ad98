import { services } from '../activities';
import { runProcess } from '../platform/host/process';
import { startService } from '../platform/host/service-process';

/** One service of `activities/` as a process: `node dist/workers/participant.js <service>`. */
const [, , name = ''] = process.argv;
const service = services.find((one) => one.name === name);
if (service === undefined) {
  const known = services.map((one) => one.name).join(', ');
  process.stderr.write(`There is no service "${name}"; there are ${known}.\n`);
  process.exit(2);
}
void runProcess(process.env, (config) => startService(config, service));
