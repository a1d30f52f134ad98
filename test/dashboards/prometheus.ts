import { ask } from '../../stack/servers/https-request';
import type { Stack } from '../../stack';
import { numbersOf } from './questions';

interface Answer<Data> {
  readonly data: Data;
}
type Vector = { readonly result: readonly { readonly value: readonly [number, string] }[] };

/** An alert that stands, or waits for its time. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** The Prometheus of a running stack, asked with the certificate that it asks for. */
export interface Prometheus {
  /** The values a query answers now. */
  query(expr: string): Promise<readonly number[]>;
  alerts(): Promise<readonly Alert[]>;
  /** Names of the metrics that targets have told it of, those without a series too. */
  names(): Promise<ReadonlySet<string>>;
}

export function prometheusOf({ certsDir, ports }: Pick<Stack, 'certsDir' | 'ports'>): Prometheus {
  const get = async <Data>(path: string): Promise<Data> => {
    const url = `https://localhost:${ports.prometheus}/api/v1/${path}`;
    const text = await ask({ certsDir }, { url, as: 'prometheus' });
    return (JSON.parse(text) as Answer<Data>).data;
  };
  return {
    async query(expr) {
      const { result } = await get<Vector>(`query?query=${encodeURIComponent(expr)}`);
      return numbersOf(result.map(({ value: [, text] }) => text));
    },
    alerts: async () => (await get<{ alerts: readonly Alert[] }>('alerts')).alerts,
    names: async () => new Set(Object.keys(await get<Record<string, unknown>>('metadata'))),
  };
}
