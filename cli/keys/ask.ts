import { silentLog } from '../../platform/runtime/log';
import { keyStoreClient } from '../../platform/security/keys/client';
import { processConfigs } from '../process-access';
import { CommandFailed, exitCodes, failureOf } from '../sagas/failure';

export interface KeyStoreOptions {
  readonly state: string;
  readonly json: boolean;
}

export type Body = Record<string, unknown>;

/** One question to the key store. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Body>;

/** Asks the key store as `admin`, whose certificate is what lets an operator in. Throws `CommandFailed`. */
export async function withKeyStore<Result>(
  { state }: Pick<KeyStoreOptions, 'state'>,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const client = keyStoreClient(processConfigs(state)('admin'), { log: silentLog });
  const ask: Ask = async (method, path, body) => {
    const asked = { method, path, ...(body === undefined ? {} : { body }) };
    const answer = await client.call(asked).catch(() => {
      const fix = 'is the process keys running? Then run this again';
      throw new CommandFailed(
        'KEYS_UNAVAILABLE',
        'the key store did not answer',
        exitCodes.failed,
        fix,
      );
    });
    const told = { status: answer.status, body: bodyOf(answer.body) };
    if (answer.status >= 300) throw failureOf(told);
    return told.body;
  };
  try {
    return await work(ask);
  } finally {
    await client.close();
  }
}

function bodyOf(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}
