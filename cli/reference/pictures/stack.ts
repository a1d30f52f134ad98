import { serviceList } from '../../../activities/list';
import type { StoreKind } from '../../../activities/list';
import { portBlock, portOffsets } from '../../../stack/ports';
import type { PortName } from '../../../stack/ports';
import { platformProcesses } from '../../up/processes';
import { box, picture, text } from './svg';
import type { Tone } from './svg';

const columns = 5;
const boxSize = { width: 146, height: 62 };
const gap = 12;
const margin = 24;

const storeNames: Readonly<Record<StoreKind, string>> = {
  mongodb: 'MongoDB',
  postgresql: 'PostgreSQL',
  dynamodb: 'DynamoDB',
};

const duties: Readonly<Record<string, string>> = {
  keys: 'key store',
  orchestrator: 'runs the sagas',
  projector: 'builds read models',
  auditor: 'watches all of it',
  gateway: 'HTTP, console',
};

/** Servers by the port that is asked for them; those behind a front of ours are not asked themselves. */
const servers: Readonly<Partial<Record<PortName, string>>> = {
  temporal: 'Temporal',
  temporalUi: 'Temporal Web UI',
  mongodb: 'MongoDB',
  postgres: 'PostgreSQL',
  dynamodb: 'DynamoDB Local',
  redis: 'Redis',
  kafka1: 'Kafka',
  keycloak: 'Keycloak',
  consul: 'Consul',
  prometheus: 'Prometheus',
  cardProvider: 'card provider',
};

const portOf = (name: PortName): string => `port ${portBlock.defaultBase + portOffsets[name]}`;

interface Cell {
  readonly lines: readonly string[];
  readonly tone: Tone;
}

function ours(): readonly Cell[] {
  return platformProcesses.map(({ name }) => {
    const store = serviceList.find((service) => service.name === name)?.store;
    const duty = store === undefined ? (duties[name] ?? '') : `owns ${storeNames[store]}`;
    return { lines: [name, duty, portOf(name)], tone: 'ours' };
  });
}

function theirs(): readonly Cell[] {
  return Object.entries(servers).map(([port, name]) => {
    return { lines: [name, portOf(port as PortName)], tone: 'store' };
  });
}

function grid(cells: readonly Cell[], top: number): readonly string[] {
  return cells.map((cell, index) => {
    const x = margin + (index % columns) * (boxSize.width + gap);
    const y = top + Math.floor(index / columns) * (boxSize.height + gap);
    return box({ x, y }, boxSize, cell);
  });
}

const heightOf = (cells: readonly Cell[]): number =>
  Math.ceil(cells.length / columns) * (boxSize.height + gap);

/** The processes of the embedded stack, ours and the servers, with their ports in the usual block. */
export function stackPicture(): string {
  const [first, second] = [ours(), theirs()];
  const below = 48 + heightOf(first) + 36;
  const width = 2 * margin + columns * boxSize.width + (columns - 1) * gap;
  const heading = { anchor: 'start', bold: true } as const;
  return picture({ width, height: below + heightOf(second) + 8 }, 'Processes of the stack', [
    text({ x: margin, y: 32 }, 'Our processes', heading),
    ...grid(first, 48),
    text({ x: margin, y: below - 14 }, 'Servers', heading),
    ...grid(second, below),
  ]);
}
