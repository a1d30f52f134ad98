import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Reach } from '../servers/server';
import { filesOf } from './authorities';
import type { Position } from './stages';

/**
 * Brokers that were started before the last stage wrote its files. What a controller of Kafka shows the others, and
 * whom it believes among them, is what was there at its start (KAFKA-20025), which no handshake from outside can show.
 * One broker alone calls nobody.
 */
export function brokersAsStarted(reach: Reach, position: Position): readonly string[] {
  if (reach.brokers === 1 || position === 'settled') return [];
  const { bundle, reissuedAt } = filesOf(reach);
  const file = position === 'trust' ? bundle : reissuedAt;
  if (!existsSync(file)) return [];
  const atMs =
    position === 'trust' ? statSync(bundle).mtimeMs : Date.parse(readFileSync(reissuedAt, 'utf8'));
  const names = Array.from({ length: reach.brokers }, (_, index) => `kafka-${index + 1}`);
  return names.filter((name) => {
    const started = path.join(reach.stateDir, 'pids', `${name}.json`);
    return existsSync(started) && statSync(started).mtimeMs < atMs;
  });
}
