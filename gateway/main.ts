import { keepRegistered } from '../platform/discovery/registration';
import { leave } from '../platform/host/leave';
import { runProcess } from '../platform/host/process';
import { startHttps } from '../platform/http/server';
import { createLog } from '../platform/runtime/log';
import { composeGateway } from './compose';

/** What is in work gets so long, milliseconds: with the pause before it less than a supervisor's ten seconds. */
const drainMsMax = 5_000;

void runProcess(process.env, async (config) => {
  const log = createLog(config);
  const gateway = composeGateway(config, log);
  const { app, health, consul, registry } = gateway;
  const server = await startHttps({
    ...{ config, app, log, registry },
    clientCertificate: 'optional',
    limits: { drainMsMax },
  });
  const { port } = server;
  const registration = keepRegistered({ config, consul, log, service: 'gateway', port });
  log.info('the gateway is listening', { port });
  return {
    log,
    async stop() {
      await leave({ config, consul, health, server, registration, service: 'gateway' });
      await gateway.close();
    },
  };
});
