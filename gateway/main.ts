import { keepRegistered } from '../platform/discovery/registration';
import { runProcess } from '../platform/host/process';
import { startHttps } from '../platform/http/server';
import { createLog } from '../platform/runtime/log';
import { composeGateway } from './compose';

void runProcess(process.env, async (config) => {
  const log = createLog(config);
  const gateway = composeGateway(config, log);
  const { app, health, consul, registry } = gateway;
  const server = await startHttps({ config, app, clientCertificate: 'optional', log, registry });
  const { port } = server;
  const registration = keepRegistered({ config, consul, log, service: 'gateway', port });
  log.info('the gateway is listening', { port });
  return {
    log,
    async stop() {
      health.drain();
      await registration.stop();
      await server.close();
      await gateway.close();
    },
  };
});
