import path from 'node:path';
import { StackError } from '../errors';
import type { Found } from '../cache/binary';
import { findBinary } from '../cache/binary';

/** Flags every JVM of the stack gets: small heaps start faster and leave the machine to the work. */
export const smallJvm = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:ReservedCodeCacheSize=96m',
  '-Xss512k',
];

/** Java 17 or newer: HOLDFAST_JAVA, then JAVA_HOME, then PATH. It is the one thing Holdfast cannot fetch. */
export async function provideJava(): Promise<Found> {
  const home = process.env.JAVA_HOME;
  const found = await findBinary({
    subject: 'java',
    variable: 'HOLDFAST_JAVA',
    names: [...(home ? [path.join(home, 'bin', 'java')] : []), 'java'],
    versionArgs: ['-version'],
    versionPattern: /version "([\d.]+)/,
    atLeast: [17],
  });
  if (found) return found;
  throw new StackError({
    code: 'JAVA_MISSING',
    subject: 'java',
    cause: 'Kafka, DynamoDB Local and Keycloak need Java 17 or newer, and none was found',
    fix: 'install a JDK of 17 or newer (Debian: openjdk-17-jre-headless), or set HOLDFAST_JAVA',
  });
}
