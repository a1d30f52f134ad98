/** Gives equal values equal small numbers, by their JSON: a state of the model is a tuple of such numbers. */
export class Interned<Value> {
  private readonly ids = new Map<string, number>();
  private readonly values: Value[] = [];

  id(value: Value): number {
    const key = JSON.stringify(value);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.values.length);
    return this.values.push(value) - 1;
  }

  value(id: number): Value {
    const value = this.values[id];
    if (value === undefined) throw new RangeError(`nothing has the number ${id}`);
    return value;
  }

  get size(): number {
    return this.values.length;
  }
}

/** Remembers what a pure function of two small numbers answered. */
export class Memo<Answer> {
  private readonly answers: (Map<number, Answer> | undefined)[] = [];

  constructor(private readonly compute: (left: number, right: number) => Answer) {}

  /** Everything that was ever asked. */
  *asked(): Iterable<readonly [left: number, right: number]> {
    for (const [left, row] of this.answers.entries()) {
      for (const right of row?.keys() ?? []) yield [left, right];
    }
  }

  get(left: number, right: number): Answer {
    const row = (this.answers[left] ??= new Map<number, Answer>());
    let answer = row.get(right);
    if (answer === undefined) {
      answer = this.compute(left, right);
      row.set(right, answer);
    }
    return answer;
  }
}
