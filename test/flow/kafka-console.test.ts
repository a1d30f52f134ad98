import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { provisionKafkaTools } from '../../stack/provision/kafka-tools';
import { openShop } from '../../cli/chaos/shop';
import { apiClient, environmentFor, world } from '../support/world';

const run = promisify(execFile);
const api = apiClient();
const brokers = String(environmentFor('admin').HOLDFAST_KAFKA_BROKERS);
afterAll(() => api.close());

/** Client properties as Kafka's own tools read them; without a name there is no certificate. */
function properties(name?: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kafka-client-'));
  const file = path.join(folder, 'client.properties');
  const certs = world().certsDir;
  const lines = ['security.protocol=SSL', 'ssl.truststore.type=PEM'];
  lines.push(`ssl.truststore.location=${certs}/ca.crt`);
  if (name !== undefined) {
    lines.push('ssl.keystore.type=PEM', `ssl.keystore.location=${certs}/${name}.pem`);
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/**
 * Kafka's own console consumer, reading a topic from the beginning; answers what it printed. It ends when nothing came
 * for so long, and on a busy machine it takes many seconds to join its group.
 */
async function consume(
  topic: string,
  config: string,
  silentMs = 8_000,
): Promise<{ out: string; trouble: string }> {
  const { java, libs } = await provisionKafkaTools();
  const argv = ['-Xmx128m', '-cp', path.join(libs, '*')];
  argv.push('org.apache.kafka.tools.consumer.ConsoleConsumer');
  argv.push('--bootstrap-server', brokers, '--topic', topic, '--from-beginning');
  argv.push('--group', 'projector-console', '--timeout-ms', String(silentMs));
  argv.push('--command-config', config);
  argv.push('--formatter-property', 'print.headers=true');
  argv.push('--formatter-property', 'print.key=true');
  const done = await run(java, argv, { timeout: 50_000 + silentMs, maxBuffer: 50_000_000 }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return { out: done.stdout, trouble: done.stderr };
}

describe("Kafka's own console consumer", () => {
  it('prints the events of an order with their headers', async () => {
    const shop = await openShop({ api, customer: 'erin' });
    const started = await shop.placeOrder({ orderId: 'console-order-1' });
    await shop.outcomeOf(String(started.location));
    const { out } = await consume('service-events.orders', properties('projector'), 30_000);
    const opened = out.split('\n').find((line) => line.includes('ce_id:order/console-order-1:1'));
    for (const header of [
      'ce_specversion:1.0',
      'ce_type:order.opened.v1',
      'ce_contenthash:',
      'ce_sagaid:place-order:',
      'ce_step:open order',
      'ce_dataschema:urn:holdfast:schema:order.opened:1.1#sha256-',
    ]) {
      expect(opened).toContain(header);
    }
  }, 150_000);

  it('is refused without a certificate', async () => {
    const { out, trouble } = await consume('service-events.orders', properties());
    expect(out).not.toContain('ce_id');
    expect(trouble).toMatch(/SSL|handshake|certificate|authenticat/i);
  }, 90_000);

  it('is refused as a service that may not read the topic', async () => {
    const { out, trouble } = await consume('service-events.orders', properties('payments'));
    expect(out).not.toContain('ce_id');
    expect(trouble).toMatch(/Not authorized|AuthorizationException/i);
  }, 90_000);
});
