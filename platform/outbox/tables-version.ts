/** What a store remembers of its own tables, in one row. */
export interface TablesVersion {
  /** Newest version the tables were expanded to; it never falls. */
  readonly version: number;
  /** Oldest version of the code that can still work with them: what it needed was not dropped yet. */
  readonly oldest: number;
}

/** Where that row is kept. */
export interface VersionCell {
  /** Undefined while the store has no tables, or none that remember a version. */
  readonly read: () => Promise<TablesVersion | undefined>;
  /** Raises the row to at least these numbers; whoever was first, the larger ones stay. */
  readonly raise: (to: TablesVersion) => Promise<void>;
}

/** Drops what only code older than `version` needed. Must be safe to repeat. */
export interface Contraction {
  readonly version: number;
  /** What goes, for the person who runs it, for example `column step_records.old_hash`. */
  readonly drops: string;
  apply(): Promise<void>;
}

/** A store's tables, in versions: expanded before new code starts, contracted when no older code is left. */
export interface VersionedTables {
  /** Version of the tables this code was written for. */
  readonly tablesVersion: number;
  readonly readTablesVersion: () => Promise<TablesVersion | undefined>;
  /**
   * Creates or expands; safe at every start, side by side, and beside older code. Throws `SCHEMA_TOO_NEW`, and
   * `SCHEMA_OUTDATED` for tables so old that they are not carried over.
   */
  readonly migrate: () => Promise<void>;
  /** Drops what older code needed and answers what went. Throws `SCHEMA_OUTDATED` before `migrate`. */
  readonly contract: () => Promise<readonly string[]>;
}

/** What a person's command brings along to change tables with. */
export interface TakingOver {
  /** Waits for keys: what was written before it was sealed is sealed then. Without it such tables are left alone. */
  readonly ready: () => Promise<void>;
}

/** Tables and code do not fit each other. */
export class TablesError extends Error {
  constructor(
    readonly code: 'SCHEMA_OUTDATED' | 'SCHEMA_TOO_NEW',
    cause: string,
    /** What to do, in one line. */
    readonly fix: string,
  ) {
    super(`${code}: ${cause}; ${fix}`);
    this.name = 'TablesError';
  }
}

/** Says whether code for `needed` can work with the tables; undefined when it can. */
export function tablesProblem(
  needed: number,
  found: TablesVersion | undefined,
): TablesError | undefined {
  if (found !== undefined && found.oldest > needed) {
    const cause = `the tables were contracted to version ${found.oldest}, this code is for ${needed}`;
    return new TablesError('SCHEMA_TOO_NEW', cause, 'run the newer code');
  }
  const version = found?.version ?? 0;
  if (version >= needed) return undefined;
  const cause = `the tables are of version ${version}, this code is for ${needed}`;
  return new TablesError('SCHEMA_OUTDATED', cause, 'run holdfast migrate');
}

function notCarriedOver(found: number, since: number): TablesError {
  const cause = `the tables are of version ${found}, and nothing from before ${since} is carried over`;
  return new TablesError('SCHEMA_OUTDATED', cause, 'begin with empty tables: see docs/versions.md');
}

/** Throws `SCHEMA_OUTDATED` or `SCHEMA_TOO_NEW` unless the code can work with the tables as they are. */
export async function demandTables(tables: VersionedTables): Promise<void> {
  const problem = tablesProblem(tables.tablesVersion, await tables.readTablesVersion());
  if (problem !== undefined) throw problem;
}

/** Puts the versions around a store's own way to expand its tables. */
export function versionedTables(of: {
  readonly version: number;
  readonly cell: VersionCell;
  readonly expand: () => Promise<void>;
  readonly contractions?: readonly Contraction[];
  /** Version that nothing older is carried over to, neither rows nor code; 1 unless told. */
  readonly since?: number;
  /** Oldest version of the code that can work with the tables once they are expanded; `since` unless told. */
  readonly oldest?: number;
}): VersionedTables {
  const { version, cell, expand, contractions = [], since = 1, oldest = since } = of;
  return {
    tablesVersion: version,
    readTablesVersion: () => cell.read(),
    async migrate() {
      const found = await cell.read();
      if (tablesProblem(version, found)?.code === 'SCHEMA_TOO_NEW') {
        throw tablesProblem(version, found)!;
      }
      if (found !== undefined && found.version < since) throw notCarriedOver(found.version, since);
      await expand();
      await cell.raise({ version, oldest });
    },
    async contract() {
      const found = await cell.read();
      const problem = tablesProblem(version, found);
      if (problem !== undefined) throw problem;
      const contracted = found?.oldest ?? 1;
      const due = contractions
        .filter((one) => one.version > contracted && one.version <= version)
        .sort((left, right) => left.version - right.version);
      for (const one of due) {
        // First the row: code that would miss what goes must not start while it goes.
        await cell.raise({ version, oldest: one.version });
        await one.apply();
      }
      return due.map(({ drops }) => drops);
    },
  };
}
