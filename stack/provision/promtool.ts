import type { Note } from '../cache/binary';
import { provideDeb } from './deb-binary';
import { fromPrometheusPackage } from './prometheus-package';

const deb = fromPrometheusPackage({ variable: 'HOLDFAST_PROMTOOL' }, 'promtool');

/** The tool that checks rules of Prometheus, and the environment it runs in; fetched where it is not there yet. */
export async function provisionPromtool(note: Note = () => undefined) {
  const { binary, env } = await provideDeb(deb, note);
  return { binary, env };
}
