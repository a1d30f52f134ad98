import type { ApiClient } from '../api-client';

/** What became of one saga. */
export interface DemoSaga {
  readonly name: string;
  readonly id: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly duration_ms: number;
  readonly timeline: Record<string, unknown>;
}

/** How the gateway is asked from a shell. */
export interface Shell {
  /** The program with all that every request needs. */
  readonly curl: string;
  /** HTTPS address. */
  readonly gateway: string;
}

/** What people may try themselves. */
export interface TryNext {
  /** Development user whose token is in `$TOKEN`. */
  readonly username: string;
  /** Each works as it is printed. */
  readonly commands: readonly string[];
}

/** What `holdfast up` shows once everything runs, and proposes to try next. */
export interface Demonstration {
  run(api: ApiClient, say: (line: string) => void): Promise<readonly DemoSaga[]>;
  tryNext(api: ApiClient, at: Shell): Promise<TryNext>;
}

/** The command that starts a saga and waits for its end. */
export function startCommand(
  { curl, gateway }: Shell,
  { saga, key, body }: { readonly saga: string; readonly key: string; readonly body: unknown },
): string {
  const json = JSON.stringify(body).replaceAll("'", "'\\''");
  const headers = [
    '-H "Authorization: Bearer $TOKEN"',
    ...[`Idempotency-Key: ${key}`, 'Prefer: wait=10', 'Content-Type: application/json'].map(
      (header) => `-H '${header}'`,
    ),
  ];
  return `${curl} -i ${gateway}/sagas/${saga} ${headers.join(' ')} -d '${json}'`;
}

const finals: ReadonlySet<unknown> = new Set(['completed', 'compensated', 'cancelled']);

/** True for the view of a saga that nothing changes any more. */
export const hasEnded = ({ state }: Readonly<Record<string, unknown>>): boolean =>
  finals.has(state);
