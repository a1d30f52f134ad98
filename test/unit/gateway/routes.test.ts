import { ordersOperations } from '../../../activities/orders/api';
import { paymentsOperations } from '../../../activities/payments/api';
import { inventoryOperations } from '../../../activities/inventory/api';
import { problemPages } from '../../../gateway/problems';
import { gatewayOperations } from '../../../gateway/server';
import { upstreamPath } from '../../../gateway/routes/forward';
import { serviceOperations } from '../../../gateway/routes/services';
import type { Operation, Operations } from '../../../platform/security/operations';
import { catalog } from '../../../workflows/catalog';
import { z } from 'zod';
import { openGateway } from './world';

describe('orders', () => {
  test('come from the read model first and from the cache afterwards', async () => {
    const { call } = openGateway();
    const get = () => call({ path: '/orders/o-1', as: 'ann:customer' });
    expect((await get()).headers['x-cache']).toBe('miss');
    const again = await get();
    expect(again.headers['x-cache']).toBe('hit');
    expect(again.json()).toMatchObject({
      orderId: 'o-1',
      customerId: 'ann',
      asOf: expect.any(String) as string,
    });
  });

  test('of somebody else look like missing ones, in lists too', async () => {
    const { call } = openGateway();
    const foreign = await call({ path: '/orders/o-1', as: 'bob:customer' });
    const missing = await call({ path: '/orders/o-9', as: 'bob:customer' });
    expect([foreign.status, foreign.json().code]).toEqual([404, missing.json().code]);
    expect((await call({ path: '/orders?customerId=ann', as: 'bob:customer' })).status).toBe(404);
    expect((await call({ path: '/orders?customerId=ann', as: 'vic:viewer' })).status).toBe(200);
  });

  test('are 503 with Retry-After while the read model is away', async () => {
    const { call, world } = openGateway();
    world.away.add('read-model');
    const answer = await call({ path: '/orders/o-1', as: 'ann:customer' });
    expect([answer.status, answer.json().code]).toEqual([503, 'READ_MODEL_UNAVAILABLE']);
    expect(answer.headers['retry-after']).toBe('2');
  });

  test.each([
    ['KEYS_UNAVAILABLE', 503, 'KEYS_UNAVAILABLE', '2'],
    ['CIPHERTEXT_REFUSED', 500, 'INTERNAL', undefined],
  ] as const)('that the read model cannot open (%s) are %i', async (refusal, ...expected) => {
    const { call, world } = openGateway();
    world.refusal = refusal;
    for (const path of ['/orders/o-1', '/orders', '/sagas', '/sagas/place-order:x']) {
      const answer = await call({ path, as: 'ann:customer' });
      const { status, headers } = answer;
      expect([status, answer.json().code, headers['retry-after']]).toEqual(expected);
    }
  });
});

describe('routes of the services', () => {
  test('carry the token and the key, and none of the headers a caller could make up', async () => {
    const { call, world } = openGateway();
    world.answer = () => ({ status: 201, headers: {}, body: '{"sku":"x"}' });
    const spoofed = {
      'x-user-id': 'root',
      'x-roles': 'admin',
      'x-forwarded-for': '1.2.3.4',
      'x-saga-id': 's',
    };
    const body = { sku: 'x', name: 'X', priceCents: 1, currency: 'EUR' };
    const headers = { ...spoofed, connection: 'close, x-request-id' };
    await call({ method: 'POST', path: '/products', as: 'root:admin', key: 'k', body, headers });
    const [asked] = world.asked;
    expect(asked?.request).toMatchObject({
      method: 'POST',
      path: '/products',
      token: 'root:admin',
      body,
    });
    expect(Object.keys(asked?.request.headers ?? {}).sort()).toEqual([
      'idempotency-key',
      'x-request-id',
    ]);
  });

  test('pass on status and problem of the service, and none of its other headers', async () => {
    const { call, world } = openGateway();
    world.answer = () => ({
      status: 409,
      headers: { 'content-type': 'application/problem+json', 'x-internal': 'secret' },
      body: '{"code":"PRODUCT_EXISTS"}',
    });
    const answer = await call({ path: '/products/tea', as: 'ann:customer' });
    expect([answer.status, answer.json()]).toEqual([409, { code: 'PRODUCT_EXISTS' }]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['x-internal']).toBeUndefined();
  });

  test('are asked by what was parsed, not by the raw path', () => {
    expect(upstreamPath('/products/:sku', { sku: 'a/../b?x' }, undefined)).toBe(
      '/products/a%2F..%2Fb%3Fx',
    );
    expect(upstreamPath('/products', undefined, { after: 'a b', limit: 5, x: undefined })).toBe(
      '/products?after=a+b&limit=5',
    );
  });

  test('a service that answers no JSON counts as away', async () => {
    const { call, world } = openGateway();
    world.answer = () => ({ status: 200, headers: {}, body: '<html>' });
    expect((await call({ path: '/products/tea', as: 'ann:customer' })).status).toBe(503);
  });

  const own: Operations = { ...inventoryOperations, ...paymentsOperations, ...ordersOperations };
  const described = ({ method, path, roles, owner, params, query, body }: Operation) => ({
    ...{ method, path, roles, owner },
    ...Object.fromEntries(
      Object.entries({ params, query, body }).map(([name, schema]) => [
        name,
        schema === undefined ? undefined : z.toJSONSchema(schema, { io: 'input' }),
      ]),
    ),
  });

  test.each(Object.entries(serviceOperations))(
    '%s is declared as its service declares it',
    (name, ours) => {
      expect(own[name]).toBeDefined();
      expect(described(ours)).toEqual(described(own[name] as Operation));
    },
  );

  test('every operation of a service can be reached', () => {
    const reachable = Object.values<Operation>(gatewayOperations).map(
      ({ method, path }) => `${method} ${path}`,
    );
    const missing = Object.values(own).map(({ method, path }) => `${method} ${path}`);
    expect(missing.filter((route) => !reachable.includes(route))).toEqual([]);
  });
});

describe('the OpenAPI document', () => {
  interface Document {
    readonly openapi: string;
    readonly paths: Record<string, Record<string, Record<string, unknown>>>;
  }
  const read = async () =>
    (await openGateway().call({ path: '/openapi.json' })).json() as unknown as Document;

  test('names every route, its roles and its problems', async () => {
    const { openapi, paths } = await read();
    expect(openapi).toBe('3.1.0');
    for (const { method, path, roles } of Object.values<Operation>(gatewayOperations)) {
      const templates =
        path === '/sagas/:saga'
          ? catalog.filter(({ childOnly }) => !childOnly).map(({ name }) => `/sagas/${name}`)
          : [path.replace(/:(\w+)/g, '{$1}')];
      for (const template of templates) {
        const operation = paths[template]?.[method.toLowerCase()];
        expect(operation).toMatchObject({
          operationId: expect.any(String) as string,
          summary: expect.any(String) as string,
        });
        expect(operation?.['x-roles']).toBeDefined();
        if (roles === 'anyone') expect(operation?.security).toEqual([]);
        else expect(Object.keys(operation?.responses as object)).toContain('401');
      }
    }
  });

  test('has no route for a saga that is only ever a child', async () => {
    const { paths } = await read();
    expect(Object.keys(paths)).toContain('/sagas/bulk-order');
    expect(Object.keys(paths)).not.toContain('/sagas/order-lots');
  });

  test('has operation ids that are unique, and a parameter for each member of a path', async () => {
    const { paths } = await read();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const given = ((operation.parameters ?? []) as { in: string; name: string }[])
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => name);
      expect(given.sort()).toEqual(named.sort());
    }
  });

  test('refers only to what it defines', async () => {
    const document = await read();
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(0);
    for (const reference of new Set(references)) {
      const found = reference
        .split('/')
        .reduce<unknown>(
          (at, name) => (at as Record<string, unknown> | undefined)?.[name],
          document,
        );
      expect([reference, found]).toEqual([reference, expect.anything()]);
    }
  });

  test('asks of a request to start a saga everything but what the token says', async () => {
    const { paths } = await read();
    const operation = paths['/sagas/place-order']?.post as {
      requestBody: {
        content: Record<string, { schema: { properties: object; required: string[] } }>;
      };
    };
    const schema = operation.requestBody.content['application/json']?.schema;
    expect(Object.keys(schema?.properties ?? {})).toEqual([
      ...['orderId', 'lines', 'payment', 'delivery'],
    ]);
    expect(schema?.required).not.toContain('customerId');
  });

  test('has a page with everything from this host', async () => {
    const { call } = openGateway();
    const page = await call({ path: '/docs' });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.text).not.toMatch(/(src|href)="https?:/);
    for (const asset of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) {
      expect((await call({ path: `/docs/${asset}` })).status).toBe(200);
    }
    expect((await call({ path: '/docs/package.json' })).status).toBe(404);
  });

  test('documents the status that is answered, and what a key is for', async () => {
    const { paths } = await read();
    const statuses = (path: string) =>
      Object.keys(paths[path]?.post?.responses as object).filter((status) => status < '300');
    expect(statuses('/products/{sku}/price')).toEqual(['200']);
    expect(statuses('/accounts/{customerId}/card')).toEqual(['200']);
    expect(statuses('/sagas/place-order')).toEqual(['200', '202']);
    expect(paths['/sagas/{id}/cancel']?.post?.parameters).toContainEqual({
      $ref: '#/components/parameters/OptionalIdempotencyKey',
    });
    const priced = paths['/products/{sku}/price']?.post?.responses as Record<string, object>;
    expect(priced['404']).toMatchObject({
      description: expect.stringContaining('UNKNOWN_PRODUCT') as string,
    });
  });

  test('every code an operation names has a page', () => {
    const codes = Object.values<Operation>(gatewayOperations).flatMap(
      ({ problems }) => problems ?? [],
    );
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => !Object.hasOwn(problemPages, code))).toEqual([]);
  });

  test('the type of every problem leads to a page', async () => {
    const { call } = openGateway();
    const { type } = (await call({ path: '/nowhere' })).json() as { type: string };
    expect((await call({ path: type })).json()).toMatchObject({
      code: 'ROUTE_UNKNOWN',
      status: 404,
    });
  });
});
