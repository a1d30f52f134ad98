import { ask } from '../../stack/servers/https-request';
import { environmentFor, world } from './world';

/** What a process of the stack says of its metrics, by `name{labels}` as it writes them. */
export async function scrape(process: string): Promise<ReadonlyMap<string, number>> {
  const url = `https://localhost:${environmentFor(process).HOLDFAST_HTTP_PORT}/metrics`;
  const text = await ask(world(), { url, as: 'prometheus' });
  const lines = text.split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}
