import { victimsOf } from '../../cli/storm/faults';
import { handsOf } from '../../cli/storm/hands';
import { planOf, runStorm } from '../../cli/storm/storm';
import type { StormOptions } from '../../cli/storm/storm';
import { control, environmentFor, world } from '../support/world';

/** Three quarters of a minute of what `holdfast chaos` does in ten; with any seed it is that command. */
const options: StormOptions = { seed: 6, minutes: 0.75, brokers: 1, ratePerSecond: 1, overlap: 1 };

it('under load, killed and stopped in turn, nothing is lost, doubled or left half done', async () => {
  const environment = environmentFor('gateway');
  const victims = victimsOf(options.brokers);
  const plan = planOf(options, victims);
  const { report } = await runStorm(
    {
      gatewayUrl: `https://localhost:${environment.HOLDFAST_HTTP_PORT}`,
      issuer: String(environment.HOLDFAST_ISSUER),
      caFile: String(environment.HOLDFAST_CA_FILE),
      hands: handsOf({ control, victims, crashDir: world().crashDir }),
      signal: new AbortController().signal,
      ...{ environmentFor, isOurs: false },
    },
    options,
    { plan, say: () => undefined },
  );
  expect(report.violations).toEqual([]);
  expect(report.sagas).toBeGreaterThanOrEqual(15);
  expect(report.faults).toBeGreaterThanOrEqual(3);
}, 600_000);
