import type { SagaContract } from '../../platform/saga/contract';
import type { Operation, Operations } from '../../platform/security/operations';
import { requestSchemaOf } from '../sagas/personal';
import { componentsOf } from './components';
import { operationObject } from './operation';
import type { Described } from './operation';
import { jsonSchema } from './schema';
import type { Schema } from './schema';

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Schema;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  readonly components: Schema;
  readonly [member: string]: unknown;
}

/** The request of a saga: without what the token says, and with what is sealed as people write it. */
function sagaRequest(contract: SagaContract): Schema {
  const schema = jsonSchema(requestSchemaOf(contract)) as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  const filled = Object.keys(contract.fromCaller ?? {});
  const properties = Object.entries(schema.properties ?? {}).filter(
    ([name]) => !filled.includes(name),
  );
  const required = (schema.required ?? []).filter((name) => !filled.includes(name));
  return { ...schema, properties: Object.fromEntries(properties), required };
}

/** The one generic operation becomes one documented path per saga. */
function expanded(id: string, operation: Operation, catalog: readonly SagaContract[]): Described[] {
  if (operation.path !== '/sagas/:saga') return [{ id, operation }];
  const offered = catalog.filter(({ childOnly }) => childOnly !== true);
  return offered.map((contract) => ({
    id: `start-${contract.name}`,
    operation,
    path: `/sagas/${contract.name}`,
    body: sagaRequest(contract),
    roles: contract.roles,
    summary: `${contract.title}. ${operation.summary}`,
  }));
}

/** `/products/:sku` as OpenAPI writes it. */
function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** Builds the OpenAPI 3.1 document from the same tables the routes are mounted from. */
export function openApiDocument(parts: {
  readonly operations: Operations;
  readonly catalog: readonly SagaContract[];
  readonly issuer: string;
  readonly version: string;
}): OpenApiDocument {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const [id, operation] of Object.entries(parts.operations)) {
    for (const one of expanded(id, operation, parts.catalog)) {
      const path = templateOf(one.path ?? operation.path);
      paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationObject(one) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: parts.version,
      description: 'Starts sagas, follows them, and shows what became of orders.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: componentsOf(parts.issuer),
  };
}
