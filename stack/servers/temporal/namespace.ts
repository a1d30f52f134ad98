import { readFileSync } from 'node:fs';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import type { ServerContext } from '../server';
import { identityFiles } from '../server';

type Reach = Pick<ServerContext, 'certsDir' | 'ports'>;

/** What every saga can be found by; all of them exact words, never personal data. */
export const searchAttributes = [
  'SagaName',
  'SagaState',
  'SagaStep',
  'BusinessKey',
  'Owner',
  'ParkedReason',
] as const;

/** Closed sagas stay readable for 30 days; the journal remembers them for good. */
const retention = msToTs('30 days');

const keyword = 2; // temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD

async function withConnection<T>(
  reach: Reach,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const files = identityFiles(reach.certsDir, 'admin');
  const connection = await Connection.connect({
    address: `localhost:${reach.ports.temporal}`,
    connectTimeout: 2_000,
    tls: {
      serverRootCACertificate: readFileSync(files.ca),
      clientCertPair: { crt: readFileSync(files.crt), key: readFileSync(files.key) },
    },
  });
  try {
    return await connection.withDeadline(Date.now() + 10_000, () => work(connection));
  } finally {
    await connection.close();
  }
}

/** Answers when the namespace can be used; throws otherwise. */
export async function describeNamespace(reach: Reach, namespace: string): Promise<void> {
  await withConnection(reach, (connection) =>
    connection.workflowService.describeNamespace({ namespace }),
  );
}

async function addSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributes.filter((name) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
  });
}

/** Creates the namespace if needed and sets its retention and search attributes; safe to repeat. */
export async function ensureNamespace(reach: Reach, namespace: string): Promise<void> {
  await withConnection(reach, async (connection) => {
    const workflowExecutionRetentionPeriod = retention;
    await connection.workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod })
      .catch((error: unknown) => {
        const alreadyExists = 6;
        if (!isGrpcServiceError(error) || Number(error.code) !== alreadyExists) throw error;
      });
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: retention },
    });
    await addSearchAttributes(connection, namespace);
  });
}
