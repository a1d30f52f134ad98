/** What V8's profiler writes: a tree of frames, and which of them each sample met; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** Counted from 0. */
      readonly lineNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A name, and its share of the time a thread was busy: 0 to 1. */
export type Share = readonly [name: string, share: number];

/** Where the time of one thread went, dearest first. */
export interface ThreadSummary {
  readonly busyMs: number;
  readonly idleMs: number;
  /** By the nearest file of this project above a frame, or the package where there is none. */
  readonly whose: readonly Share[];
  /** By the function that was at work itself. */
  readonly functions: readonly Share[];
}

type ProfileNode = CpuProfile['nodes'][number];

const linesMax = 25;

/** Adds up the samples of a profile. */
export function summaryOf(profile: CpuProfile): ThreadSummary {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node] as const));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of profile.nodes)
    for (const child of children) parents.set(child, id);
  const whose = new Map<string, number>();
  const functions = new Map<string, number>();
  let [busy, idle] = [0, 0];
  for (const [index, id] of profile.samples.entries()) {
    const node = nodes.get(id);
    const time = profile.timeDeltas[index] ?? 0;
    if (node === undefined) continue;
    if (node.callFrame.functionName === '(idle)') {
      idle += time;
      continue;
    }
    busy += time;
    add(whose, ownerOf(node, nodes, parents), time);
    add(functions, nameOf(node), time);
  }
  return {
    ...{ busyMs: busy / 1_000, idleMs: idle / 1_000 },
    ...{ whose: shares(whose, busy), functions: shares(functions, busy) },
  };
}

function add(sums: Map<string, number>, name: string, time: number): void {
  sums.set(name, (sums.get(name) ?? 0) + time);
}

function shares(sums: ReadonlyMap<string, number>, whole: number): readonly Share[] {
  const sorted = [...sums].toSorted(([, one], [, other]) => other - one);
  return sorted.slice(0, linesMax).map(([name, time]) => [name, time / whole]);
}

const packageOf = (url: string): string | undefined =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];

/** Walks up from a frame: the first file of ours, else the first package met, else the frame's own name. */
function ownerOf(
  node: ProfileNode,
  nodes: ReadonlyMap<number, ProfileNode>,
  parents: ReadonlyMap<number, number>,
): string {
  let lent: string | undefined;
  for (let at: ProfileNode | undefined = node; at !== undefined;) {
    const { url } = at.callFrame;
    const foreign = packageOf(url);
    if (foreign === undefined && isFile(url)) return shortOf(url);
    lent ??= foreign;
    const parent = parents.get(at.id);
    at = parent === undefined ? undefined : nodes.get(parent);
  }
  return lent ?? (node.callFrame.functionName || '(anonymous)');
}

/** A file, or the bundle of a workflow; not Node's own modules, nor WebAssembly. */
const isFile = (url: string): boolean => /^(?:file:|\/)/.test(url);

const shortOf = (url: string): string =>
  url.replace(/^file:\/\//, '').replace(/^.*\/(?:dist|node_modules)\//, '');

function nameOf({ callFrame }: ProfileNode): string {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name} ${shortOf(url)}:${lineNumber + 1}`;
}
