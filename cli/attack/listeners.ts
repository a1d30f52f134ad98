import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** A socket that somebody can connect to. */
export interface Listening {
  readonly port: number;
  /** Name of the process in the state folder; `nobody` where a port of the block is held by a stranger. */
  readonly process: string;
  readonly isLoopback: boolean;
}

const tables = ['/proc/net/tcp', '/proc/net/tcp6'];
const listenState = '0A';

/** 127.0.0.1, ::1 and the first one as IPv6 writes it, in the byte order of the kernel's tables. */
const loopback = [
  '0100007F',
  '00000000000000000000000001000000',
  '0000000000000000FFFF00000100007F',
];

interface Socket extends Omit<Listening, 'process'> {
  readonly inode: string;
}

function socketsIn(table: string): readonly Socket[] {
  return readFileSync(table, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells[3] === listenState)
    .map((cells) => {
      const [address = '', port = ''] = (cells[1] ?? '').split(':');
      const isLoopback = loopback.includes(address);
      return { port: Number.parseInt(port, 16), isLoopback, inode: cells[9] ?? '' };
    });
}

/** Children of children count as their first ancestor that has a name. */
function namesByPid(processes: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended.
    }
  }
  const nameOf = (pid: number): string | undefined => {
    const parent = parents.get(pid);
    return processes.get(pid) ?? (parent === undefined ? undefined : nameOf(parent));
  };
  const found = [...parents.keys()].map((pid) => [pid, nameOf(pid)] as const);
  return new Map(found.filter((entry): entry is [number, string] => entry[1] !== undefined));
}

function inodesOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed meanwhile
      }
    });
  } catch {
    return []; // ended, or another user's
  }
}

/**
 * Every TCP socket that the processes and their children listen on, and every one on a port of the block, whoever
 * has it. Reads `/proc`: throws where the system has none.
 */
export function listenersOf(
  processes: ReadonlyMap<number, string>,
  block: { readonly from: number; readonly below: number },
): readonly Listening[] {
  const owners = new Map<string, string>();
  for (const [pid, name] of namesByPid(processes)) {
    for (const inode of inodesOf(pid)) owners.set(inode, name);
  }
  return tables
    .flatMap(socketsIn)
    .filter(({ inode, port }) => owners.has(inode) || (port >= block.from && port < block.below))
    .map(({ port, isLoopback, inode }) => {
      return { port, isLoopback, process: owners.get(inode) ?? 'nobody' };
    });
}
