import type { Yaml } from '../compose/model';
import { namespace } from './places';

/** One object of Kubernetes. */
export type Manifest = Readonly<Record<string, Yaml>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, Yaml>>;
};

/** What tells the pods of one process from all others. */
export function labelsOf(process: string): Record<string, string> {
  return { 'app.kubernetes.io/name': process, 'app.kubernetes.io/part-of': 'holdfast' };
}

/** An object of our namespace, about one process. */
export function manifest(
  [apiVersion, kind]: readonly [string, string],
  name: string,
  content: Readonly<Record<string, Yaml>>,
  labels: Record<string, string> = labelsOf(name),
): Manifest {
  return { apiVersion, kind, metadata: { name, namespace, labels }, ...content };
}
