import { readFileSync } from 'node:fs';
import type { Control } from '../../cli/up/control';
import { createApiClient, gatewayOf } from '../../cli/up/api-client';
import type { ApiClient } from '../../cli/up/api-client';
import { parseConfig } from '../../platform/runtime/config';
import type { Config } from '../../platform/runtime/config';

/** Where the servers of this test run are; written by the global set-up, read by every test file. */
interface WorldFile {
  readonly certsDir: string;
  readonly stateDir: string;
  /** Loopback URL that starts, stops and kills parts of the world. */
  readonly controlUrl: string;
  /** Crash points leave `<name>_<label>.fired` here. */
  readonly crashDir: string;
  /** Our services read planned faults from here. */
  readonly faultDir: string;
}

/** Environment of one named process, as the stack would start it. Missing servers are a failure, not a skip. */
export function environmentFor(name: string): Record<string, string> {
  const environments = readJson<Record<string, Record<string, string>>>('HOLDFAST_TEST_ENV');
  const environment = environments[name];
  if (environment === undefined) throw new Error(`the test world has no process ${name}`);
  return environment;
}

/** The parsed configuration of a process; `instance` gives a test file databases and topics of its own. */
export function configFor(name: string, instance = ''): Config {
  return parseConfig({ ...environmentFor(name), HOLDFAST_INSTANCE: instance });
}

export function world(): WorldFile {
  return readJson<WorldFile>('HOLDFAST_TEST_WORLD');
}

/** A client of the running gateway. */
export function apiClient(): ApiClient {
  return createApiClient(gatewayOf(environmentFor));
}

/** Breaks or mends the world: `control('stop', 'kafka')`. */
export const control: Control = async (verb, name, detail = '') => {
  const query = new URLSearchParams({ name, detail }).toString();
  const response = await fetch(`${world().controlUrl}/${verb}?${query}`, { method: 'POST' });
  if (!response.ok) throw new Error(`${verb} ${name}: ${await response.text()}`);
};

function readJson<Content>(variable: string): Content {
  const file = process.env[variable];
  if (file === undefined) {
    throw new Error(`${variable} is not set: run through npm test, or select this ring with jest`);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Content;
}
