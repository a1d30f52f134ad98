/**
 * States as rows of a table of 32-bit numbers, numbered in the order in which they were found. A search over it is
 * breadth first, and a path to a state is a shortest one.
 */
export class StateSet {
  private rows: Uint32Array;
  private slots: Uint32Array;
  private parents = new Uint32Array(1024);
  private labels = new Uint32Array(1024);
  size = 0;

  constructor(readonly width: number) {
    this.rows = new Uint32Array(1024 * width);
    this.slots = new Uint32Array(4096);
  }

  /** The number of a state; when it is new, `parent` and `label` say how it was first reached. */
  add(state: ArrayLike<number>, parent: number, label: number): number {
    const mask = this.slots.length - 1;
    let slot = hashOf(state, this.width) & mask;
    for (let found = this.slots[slot]!; found !== 0; found = this.slots[slot]!) {
      if (this.equals(found - 1, state)) return found - 1;
      slot = (slot + 1) & mask;
    }
    this.slots[slot] = this.size + 1;
    return this.append(state, parent, label);
  }

  read(index: number, into: Uint32Array): void {
    const from = index * this.width;
    for (let column = 0; column < this.width; column += 1) into[column] = this.rows[from + column]!;
  }

  /** State numbers and labels from the beginning to a state. */
  pathTo(index: number): { readonly state: number; readonly label: number }[] {
    const path = [];
    for (let at = index; ; at = this.parents[at]!) {
      path.unshift({ state: at, label: this.labels[at]! });
      if (at === 0) return path;
    }
  }

  private append(state: ArrayLike<number>, parent: number, label: number): number {
    const index = this.size;
    this.size += 1;
    if (index === this.parents.length) this.grow();
    this.parents[index] = parent;
    this.labels[index] = label;
    const from = index * this.width;
    for (let column = 0; column < this.width; column += 1)
      this.rows[from + column] = state[column]!;
    if (this.size * 2 > this.slots.length) this.rehash();
    return index;
  }

  private grow(): void {
    this.parents = grown(this.parents);
    this.labels = grown(this.labels);
    this.rows = grown(this.rows);
  }

  private rehash(): void {
    this.slots = new Uint32Array(this.slots.length * 4);
    const mask = this.slots.length - 1;
    const state = new Uint32Array(this.width);
    for (let index = 0; index < this.size; index += 1) {
      this.read(index, state);
      let slot = hashOf(state, this.width) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = index + 1;
    }
  }

  private equals(index: number, state: ArrayLike<number>): boolean {
    const from = index * this.width;
    for (let column = 0; column < this.width; column += 1) {
      if (this.rows[from + column] !== state[column]) return false;
    }
    return true;
  }
}

/** The same numbers in twice the room. */
export function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function hashOf(state: ArrayLike<number>, width: number): number {
  let hash = 0x811c9dc5;
  for (let column = 0; column < width; column += 1) {
    hash = Math.imul(hash ^ state[column]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
