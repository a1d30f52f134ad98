import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { StackError } from '../errors';
import { probe } from './tool';

/** Called with one line for the progress tree while something is fetched. */
export type Note = (text: string) => void;

export interface Candidate {
  subject: string;
  /** Environment variable naming the binary; when set, nothing else is tried. */
  variable: string;
  /** From what the variable holds to the binary, where it names a folder. */
  named?: (value: string) => string;
  /** Name to look for on PATH, and other absolute places worth a look. */
  names: string[];
  versionArgs: string[];
  versionPattern: RegExp;
  /** Lowest version that will do, as numbers. */
  atLeast: number[];
  /** A last check beside the version, for example that TLS was compiled in. */
  alsoNeeds?: (binary: string) => Promise<boolean>;
}

/** A usable binary and the version it told. */
export interface Found {
  binary: string;
  version: string;
}

function onPath(name: string): string[] {
  if (path.isAbsolute(name)) return existsSync(name) ? [name] : [];
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders
    .map((folder) => path.join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** True when `version` (dotted) is not lower than `atLeast`. */
export function isAtLeast(version: string, atLeast: number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of atLeast.entries()) {
    const actual = parts[index] ?? 0;
    if (actual !== wanted) return actual > wanted;
  }
  return true;
}

/** The version a binary tells, or undefined when it does not run or is something else. */
export async function versionOf(
  binary: string,
  candidate: Pick<Candidate, 'versionArgs' | 'versionPattern'>,
  env: Record<string, string> = {},
): Promise<string | undefined> {
  const output = await probe(binary, candidate.versionArgs, env);
  return output === undefined ? undefined : candidate.versionPattern.exec(output)?.[1];
}

async function accept(binary: string, candidate: Candidate): Promise<Found | undefined> {
  const version = await versionOf(binary, candidate);
  if (version === undefined || !isAtLeast(version, candidate.atLeast)) return undefined;
  if (candidate.alsoNeeds && !(await candidate.alsoNeeds(binary))) return undefined;
  return { binary, version };
}

/**
 * A binary the user named or already has. Undefined means: fetch one. A named binary that cannot be used
 * is an error rather than a reason to fetch, since the user asked for exactly that one.
 */
export async function findBinary(candidate: Candidate): Promise<Found | undefined> {
  const named = process.env[candidate.variable];
  if (named) {
    const found = await accept(candidate.named?.(named) ?? named, candidate);
    if (found) return found;
    const wanted = `${candidate.subject} ${candidate.atLeast.join('.')} or newer`;
    throw new StackError({
      code: 'PROVISION_FAILED',
      subject: candidate.subject,
      cause: `${candidate.variable}=${named} is no usable ${wanted}`,
      fix: `correct ${candidate.variable}, or unset it and let Holdfast fetch its own`,
    });
  }
  for (const binary of candidate.names.flatMap(onPath)) {
    const found = await accept(binary, candidate);
    if (found) return found;
  }
  return undefined;
}
