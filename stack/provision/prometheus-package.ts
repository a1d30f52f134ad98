import type { DebBinary } from './deb-binary';

/** A program out of the package of Prometheus; the oldest that knows what ours asks of it. */
export function fromPrometheusPackage(
  named: { readonly variable: string },
  program: 'prometheus' | 'promtool',
): DebBinary {
  return {
    candidate: {
      ...{ subject: program, variable: named.variable, names: [program] },
      versionArgs: ['--version'],
      versionPattern: new RegExp(`${program}, version ([\\d.]+)`),
      atLeast: [2, 24],
    },
    key: 'prometheus',
    packages: { packages: ['prometheus'] },
    file: `usr/bin/${program}`,
  };
}
