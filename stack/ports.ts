import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { serviceNames } from '../activities/list';
import type { ServiceName } from '../activities/list';
import { StackError } from './errors';
import { tryLock } from './cache/lock';

/** A block is one contiguous run of ports; blocks of neighbouring stacks start at multiples of it. */
export const portBlock = {
  size: 60,
  defaultBase: 17_000,
  freeFrom: 20_000,
  freeBelow: 31_000,
} as const;

/** The first services have places in the middle of the block, the others from its end backwards. */
const firstServices = { offset: 32, count: 3 } as const;

/** Place of a service's port, by its place in the list of services. */
export function serviceOffset(index: number): number {
  const { offset, count } = firstServices;
  return index < count ? offset + index : portBlock.size - 1 - (index - count);
}

/** Place of every port in a stack's block; the names are what messages call them. */
export const portOffsets = {
  temporal: 0,
  temporalFrontend: 1,
  temporalUi: 2,
  temporalMetrics: 3,
  temporalHttp: 4,
  mongodb: 5,
  postgres: 6,
  dynamodb: 7,
  dynamodbLocal: 8,
  redis: 9,
  kafka1: 10,
  kafka2: 11,
  kafka3: 12,
  kafkaController1: 13,
  kafkaController2: 14,
  kafkaController3: 15,
  keycloak: 16,
  keycloakManagement: 17,
  consul: 18,
  consulServer: 19,
  consulSerf: 20,
  prometheus: 21,
  // 22 is Grafana's in the Compose stack.
  cardProvider: 23,
  gateway: 30,
  orchestrator: 31,
  projector: 35,
  auditor: 36,
  keys: 37,
  ...(Object.fromEntries(serviceNames.map((name, index) => [name, serviceOffset(index)])) as Record<
    ServiceName,
    number
  >),
  /** First of the ports for further processes, such as a second payments worker. */
  spare: 38,
} as const;

/** Ports there are for further processes: services beyond the third have theirs at the end of the block. */
export const spareMax =
  portBlock.size - portOffsets.spare - Math.max(0, serviceNames.length - firstServices.count);

export type PortName = keyof typeof portOffsets;
export type Ports = Readonly<Record<PortName, number>>;

/** The ports of the block that starts at `base`. */
export function portsFrom(base: number): Ports {
  if (!Number.isInteger(base) || base < 1024 || base + portBlock.size > 65_535) {
    throw new StackError({
      code: 'PORT_TAKEN',
      subject: 'stack',
      cause: `${base} cannot be the first of ${portBlock.size} ports`,
      fix: `choose a --port-base between 1024 and ${65_535 - portBlock.size}`,
    });
  }
  const entries = Object.entries(portOffsets).map(([name, offset]) => [name, base + offset]);
  return Object.fromEntries(entries) as Ports;
}

/** True when nobody listens on the port of the loopback address. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

/** Refuses when one of the ports is taken, and says which and how to choose others. */
export async function requireFree(subject: string, ports: number[]): Promise<void> {
  for (const port of ports) {
    if (await isFree(port)) continue;
    throw new StackError({
      code: 'PORT_TAKEN',
      subject,
      cause: `port ${port} is taken by another program`,
      fix: 'stop that program, or choose another block with --port-base (0 finds a free one)',
    });
  }
}

async function isBlockFree(base: number): Promise<boolean> {
  const ports = Object.values(portsFrom(base));
  return (await Promise.all(ports.map(isFree))).every(Boolean);
}

/** Keeps a block from other stacks of this machine until released; undefined when it is in use. */
async function reserve(base: number): Promise<Reservation | undefined> {
  const locks = path.join(os.tmpdir(), `holdfast-ports-${os.userInfo().username}`);
  const release = await tryLock(path.join(locks, String(base)));
  if (!release) return undefined;
  if (await isBlockFree(base)) return { base, release };
  await release();
  return undefined;
}

/** A free block: last time's if it still is one, else the first there is. */
async function reserveFreeBlock(known: number | undefined): Promise<Reservation> {
  const again = known === undefined ? undefined : await reserve(known);
  if (again) return again;
  for (let base = portBlock.freeFrom; base < portBlock.freeBelow; base += portBlock.size) {
    const reservation = await reserve(base);
    if (reservation) return reservation;
  }
  throw new StackError({
    code: 'PORT_TAKEN',
    subject: 'stack',
    cause: `no ${portBlock.size} free ports in a row from ${portBlock.freeFrom} to ${portBlock.freeBelow}`,
    fix: 'stop other stacks, or choose a block with --port-base',
  });
}

export interface Reservation {
  base: number;
  release: () => Promise<void>;
}

function remembered(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { base: number }).base;
  } catch {
    return undefined;
  }
}

/**
 * The block of a state folder. The same one as last time unless told otherwise, because servers write
 * their addresses into their state. 0 asks for a free block; undefined for the remembered or usual one.
 */
export async function choosePorts(stateDir: string, wanted?: number): Promise<Reservation> {
  const file = path.join(stateDir, 'ports.json');
  const known = remembered(file);
  const reservation =
    wanted === 0
      ? await reserveFreeBlock(known)
      : { base: wanted ?? known ?? portBlock.defaultBase, release: async () => {} };
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(file, JSON.stringify({ base: reservation.base }));
  return reservation;
}
