import type { Note } from '../cache/binary';
import type { DebBinary } from './deb-binary';
import { provideDeb } from './deb-binary';

/** Comes in the package of the server; the oldest that knows the rule tests of ours. */
const deb: DebBinary = {
  candidate: {
    subject: 'promtool',
    variable: 'HOLDFAST_PROMTOOL',
    names: ['promtool'],
    versionArgs: ['--version'],
    versionPattern: /promtool, version ([\d.]+)/,
    atLeast: [2, 24],
  },
  key: 'prometheus',
  packages: { packages: ['prometheus'] },
  file: 'usr/bin/promtool',
};

/** The tool that checks rules of Prometheus, and the environment it runs in; fetched where it is not there yet. */
export async function provisionPromtool(note: Note = () => undefined) {
  const { binary, env } = await provideDeb(deb, note);
  return { binary, env };
}
