import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import type { ChildSpec } from '../children/child';
import type { TerminatorOptions } from '../terminator';

/** The process that puts mutual TLS and a list of identities in front of a server without TLS. */
export function front(options: TerminatorOptions): ChildSpec {
  const script = path.join(projectRoot, 'dist', 'stack', 'terminator.js');
  return {
    name: `${options.name}-tls`,
    command: process.execPath,
    args: ['--max-old-space-size=96', script, JSON.stringify(options)],
  };
}
