import { existsSync } from 'node:fs';
import path from 'node:path';
import { CommandError } from '../command-error';
import type { Names } from './names';
import type { Kept } from './saga-of-service';
import { readFile } from './writing';

/** Services of the example that a saga is written of where they are there, and a command that tells each. */
const shop = { orders: 'open', inventory: 'reserve' };

/**
 * The service that a new saga is of: the one that was named, else the first that is as `holdfast new service` writes
 * it. Undefined where the services of the example are there and none was named. Throws SERVICE_UNFIT.
 */
export function keptBy(root: string, names: Names, wanted?: string): Kept | undefined {
  const services = servicesOf(root);
  const isShop = services === undefined || hasShop(root);
  if (wanted === undefined && isShop) return undefined;
  const asked = wanted === undefined ? (services ?? []) : [wanted];
  const found = asked.flatMap((service) => readKept(root, service) ?? []);
  const kept = found.find(({ service }) => service !== names.camel);
  if (kept !== undefined) return kept;
  throw new CommandError({
    code: 'SERVICE_UNFIT',
    cause: `${wanted === undefined ? 'there is no service' : `${wanted} is none`} that makes, confirms and cancels, and is called other than the saga`,
    fix: 'write one with holdfast new service, or name another with --of',
  });
}

function hasShop(root: string): boolean {
  return Object.entries(shop).every(([service, command]) => {
    const file = `activities/${service}/contract.ts`;
    if (!existsSync(path.join(root, file))) return false;
    return readFile(root, file).includes(`  ${command}: command(`);
  });
}

function servicesOf(root: string): readonly string[] | undefined {
  if (!existsSync(path.join(root, 'activities', 'list.ts'))) return undefined;
  const list = readFile(root, 'activities/list.ts');
  return [...list.matchAll(/\{ name: '([a-z]+)', store: /g)].map(([, name = '']) => name);
}

/** What a service keeps, by its contract and its routes; undefined for one of another shape. */
function readKept(root: string, service: string): Kept | undefined {
  const [contract, operations] = ['contract', 'operations'].map(
    (part) => `activities/${service}/${part}.ts`,
  );
  const files = [contract, operations].map((file = '') => path.join(root, file));
  if (!files.every((file) => existsSync(file))) return undefined;
  const making = /make: command\(\{\s*input: z\.strictObject\(\{\s*(\w+)Id: identifier/;
  const aggregate = making.exec(readFile(root, contract ?? ''))?.[1];
  const route = new RegExp(`'/(\\w+)/:${aggregate}Id'`).exec(readFile(root, operations ?? ''));
  const plural = route?.[1];
  if (aggregate === undefined || plural === undefined) return undefined;
  return { service, aggregate, plural };
}
