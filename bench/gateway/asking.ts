import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

/** What is asked, and what the answer must be. */
export interface Question {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  /** Values of `X-Cache` that are right; any where it is left out. */
  readonly cache?: readonly string[];
}

/** An answer as the wire has it. */
export interface Asked {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Connections that are kept open, one for each caller. */
export interface Asking {
  /** Rejects where the answer is not the expected one. */
  ask(question: Question): Promise<Asked>;
  close(): Promise<void>;
}

/** Opens them over TLS 1.3, checked against the stack's own authority. */
export function openAsking(url: string, caFile: string, connections: number): Asking {
  const connect = { ca: readFileSync(caFile), minVersion: 'TLSv1.3' } as const;
  const pool = new Pool(url, { connections, pipelining: 1, connect });
  return {
    async ask({ path, headers: asked, status, cache }) {
      const answer = await pool.request({ method: 'GET', path, headers: asked });
      const body = await answer.body.text();
      const headers = answer.headers as Record<string, string>;
      if (answer.statusCode !== status) {
        throw new Error(`${path} answered ${answer.statusCode}: ${body.slice(0, 200)}`);
      }
      const from = headers['x-cache'] ?? '';
      if (cache !== undefined && !cache.includes(from)) {
        throw new Error(
          `${path} was not answered from the cache: X-Cache says ${from || 'nothing'}`,
        );
      }
      return { headers, body };
    },
    close: () => pool.close(),
  };
}

/** Headers that a server writes for each of its connections, and that no copy of an answer has. */
const ofConnections = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);

/** The headers of an answer that another server may answer with. */
export function lastingHeaders(headers: Readonly<Record<string, string>>) {
  const kept = Object.entries(headers).filter(([name]) => !ofConnections.has(name));
  return Object.fromEntries(kept);
}
