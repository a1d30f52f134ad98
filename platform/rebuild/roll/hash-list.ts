const hexDigits = 16;
const sizeMin = 4;

/**
 * Content hashes of an aggregate's events, by number from 1, eight bytes of each: a chance of one in 2^64 to take
 * another content for the same, and the only memory a comparison needs for every event.
 */
export class HashList {
  private values = new BigUint64Array(sizeMin);
  private count = 0;

  /** Adds the next event's hash, 64 hexadecimal digits. */
  push(contentHash: string): void {
    if (this.count === this.values.length) {
      const larger = new BigUint64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count] = shortOf(contentHash);
    this.count += 1;
  }

  /** Whether event `seq` has this content; false for one that is not in the list. */
  has(seq: number, contentHash: string): boolean {
    return seq >= 1 && seq <= this.count && this.values[seq - 1] === shortOf(contentHash);
  }
}

function shortOf(contentHash: string): bigint {
  return BigInt(`0x${contentHash.slice(0, hexDigits)}`);
}
