import type { Json } from '../../kernel/json';
import { openAt } from '../../outbox/sealing';
import type { Place } from '../../security/keys/envelope';
import type { Vault } from '../../security/keys/vault';

/** Clear columns of each table that has a sealed one: what the auditor decides by. Numbers may come as text. */
export interface LedgerClear {
  readonly audit_marks: { readonly service: string };
  readonly audit_aggregates: {
    readonly service: string;
    readonly id: string;
    readonly seq: string | number;
    readonly log_seq: string | number;
    readonly stalled: boolean;
  };
  readonly audit_family_parts: {
    readonly workflow_id: string;
    readonly service: string;
    readonly ended: boolean;
  };
  readonly audit_findings: {
    readonly code: string;
    readonly service: string;
    readonly subject: string;
    readonly event_id: string | null;
    readonly saga_id: string | null;
  };
}

type Table = keyof LedgerClear;

/**
 * What lies between the ledger and its tables: the one column of a row that holds content goes in sealed, for the row
 * and everything clear in it, and comes out opened. A value that was changed, moved or never sealed is the fault
 * `CIPHERTEXT_REFUSED`; without a key it is `KEYS_UNAVAILABLE`.
 */
export interface LedgerSealing {
  seal<Name extends Table>(table: Name, at: LedgerClear[Name], value: Json): string;
  open<Name extends Table>(table: Name, at: LedgerClear[Name], sealed: unknown): Json;
  /** First characters of every text that is sealed from now on, up to the end of the key's id. */
  prefix(): string;
}

const places: { readonly [Name in Table]: (at: LedgerClear[Name]) => Place } = {
  audit_marks: ({ service }) => [service],
  audit_aggregates: ({ service, id, seq, log_seq, stalled }) => {
    return [service, id, String(seq), String(log_seq), String(stalled)];
  },
  audit_family_parts: ({ workflow_id, service, ended }) => [workflow_id, service, String(ended)],
  audit_findings: ({ code, service, subject, event_id, saga_id }) => {
    return [code, service, subject, event_id ?? '', saga_id ?? ''];
  },
};

/** Seals for the ledger of one instance with the vault of the purpose `audit`. */
export function ledgerSealing(vault: Vault, instance: string): LedgerSealing {
  const own = ['audit', instance];
  const placeOf = <Name extends Table>(table: Name, at: LedgerClear[Name]): Place => [
    ...own,
    table,
    ...places[table](at),
  ];
  return {
    seal: (table, at, value) => vault.seal(value, placeOf(table, at)),
    open: (table, at, sealed) => openAt(vault, sealed, placeOf(table, at)),
    prefix: () => vault.seal(null, own).split('.').slice(0, 2).join('.') + '.',
  };
}
