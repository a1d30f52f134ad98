import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cacheRoot } from '../../stack/cache/cache';
import { isAtLeast } from '../../stack/cache/binary';
import { probe } from '../../stack/cache/tool';
import { isFree, portBlock, portsFrom } from '../../stack/ports';
import { provideJava } from '../../stack/provision/java';
import { ownerOf } from '../../stack/running';
import { fine, held, looked, warn, wrong } from './finding';
import type { Finding } from './finding';

/**
 * GiB that are wanted. A stack at rest was seen to take 2.7 of memory and 0.4 of state, with a cache of 1.4 (Linux x64,
 * Node 20): the rest is room for work, and for whatever else the machine does.
 */
const needs = { memory: 6, cache: 2, state: 1 } as const;

/** What fetches servers is needed where they are neither in the cache nor on PATH. */
const fetching = ', needed to fetch servers that are not in the cache';

const giB = (bytes: number): number => bytes / 2 ** 30;

/** Everything `npm start` needs of this machine. */
export async function lookAtMachine(stateDir: string): Promise<readonly Finding[]> {
  return [
    node(),
    memory(),
    disk('cache', cacheRoot(), needs.cache),
    disk('state', path.resolve(stateDir), needs.state),
    ...(await looked('java', 'install a JDK of 17 or newer', java)),
    ...(await Promise.all([python(), maven(), apt()])),
    await ports(stateDir),
  ];
}

function node(): Finding {
  const { node: version } = process.versions;
  return held(
    isAtLeast(version, [20, 19]),
    fine('node', version),
    wrong('node', `this is ${version}`, 'install Node 20.19 or newer: nvm install 22'),
  );
}

function memory(): Finding {
  const [total, cores] = [giB(os.totalmem()), os.cpus().length];
  const said = `${total.toFixed(0)} GiB, ${cores} cores`;
  return held(
    total >= needs.memory,
    fine('memory', said),
    warn(
      'memory',
      said,
      `a stack with all servers takes about 3 GiB: have ${needs.memory}, so that the rest has room`,
    ),
  );
}

/** Room where a folder is, or will be. */
function disk(what: string, folder: string, neededGiB: number): Finding {
  const check = `disk, ${what}`;
  try {
    const there = nearest(folder);
    accessSync(there, constants.W_OK);
    const { bavail, bsize } = statfsSync(there);
    const free = giB(bavail * bsize);
    const said = `${free.toFixed(1)} GiB free at ${folder}`;
    return held(
      free >= neededGiB,
      fine(check, said),
      wrong(check, said, `make room: ${neededGiB} GiB are needed, or choose another folder`),
    );
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const fix =
      what === 'cache' ? 'set HOLDFAST_CACHE to a folder of yours' : 'choose another --state';
    return wrong(check, `${folder} cannot be written: ${code}`, fix);
  }
}

/** The folder itself, or the one that it would be made in: a look makes none. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(path.dirname(folder));
}

async function java(): Promise<readonly Finding[]> {
  return [fine('java', (await provideJava()).version)];
}

async function python(): Promise<Finding> {
  const told = await probe('python3', ['-m', 'pip', '--version']);
  return held(
    told?.startsWith('pip ') === true,
    fine('pip', told?.split(' ').slice(0, 2).join(' ') ?? ''),
    warn('pip', `python3 with pip is not there${fetching}`, 'Debian: apt install python3-pip'),
  );
}

async function maven(): Promise<Finding> {
  const told = await probe('mvn', ['--version']);
  const version = /Apache Maven ([\d.]+)/.exec(told ?? '')?.[1];
  return held(
    version !== undefined && isAtLeast(version, [3, 8]),
    fine('maven', version ?? ''),
    warn(
      'maven',
      `${version ?? 'it is not there'}${fetching}`,
      'install 3.8 or newer (Debian: apt install maven)',
    ),
  );
}

/** Consul, Redis and Prometheus come from apt where they are not on PATH. */
async function apt(): Promise<Finding> {
  const told = await Promise.all(['apt-get', 'dpkg'].map((tool) => probe(tool, ['--version'])));
  const check = 'apt';
  if (told.every((text) => text !== undefined)) return fine(check, 'apt-get and dpkg are there');
  const programs = ['consul', 'redis-server', 'prometheus'];
  const found = await Promise.all(programs.map((one) => probe(one, ['--version'])));
  const missing = programs.filter((_, at) => found[at] === undefined);
  return held(
    missing.length === 0,
    fine(check, `not needed: ${programs.join(', ')} are on PATH`),
    warn(
      check,
      `no apt, and not on PATH: ${missing.join(', ')}${fetching}`,
      `install them: brew install ${missing.join(' ')}`,
    ),
  );
}

/** The block of ports a stack in this folder would take. */
async function ports(stateDir: string): Promise<Finding> {
  const check = 'ports';
  const owner = ownerOf(stateDir);
  if (owner !== undefined)
    return fine(check, `in use by the stack that runs here, process ${owner}`);
  if (existsSync(path.join(stateDir, 'ports.json'))) {
    return fine(check, 'those of last time, or another block where they are taken');
  }
  const all = Object.entries(portsFrom(portBlock.defaultBase));
  const free = await Promise.all(all.map(([, port]) => isFree(port)));
  const taken = all.filter((_, at) => free[at] === false).map(([, port]) => port);
  return held(
    taken.length === 0,
    fine(
      check,
      `${portBlock.defaultBase} to ${portBlock.defaultBase + portBlock.size - 1} are free`,
    ),
    warn(check, `taken: ${taken.join(', ')}`, 'npm start -- --port-base 0 finds a free block'),
  );
}
