import { keepRegistered } from '../platform/discovery/registration';
import { startHttps } from '../platform/http/server';
import { parseConfig } from '../platform/runtime/config';
import { createLog } from '../platform/runtime/log';
import { composeGateway } from './compose';

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog(config);
  const gateway = composeGateway(config, log);
  const { app, health, consul, registry } = gateway;
  const server = await startHttps({ config, app, clientCertificate: 'optional', log, registry });
  const { port } = server;
  const registration = keepRegistered({ config, consul, log, service: 'gateway', port });
  log.info('the gateway is listening', { port });

  const stop = async (): Promise<void> => {
    health.drain();
    await registration.stop();
    await server.close();
    await gateway.close();
    log.info('the gateway has stopped');
  };
  let stopping: Promise<void> | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info('the gateway is stopping', { signal });
      stopping ??= stop().then(() => process.exit(0));
    });
  }
}

main().catch((error: unknown) => {
  // The log may be what could not be made, so this goes to standard error as it is.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
