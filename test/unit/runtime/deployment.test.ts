import { deploymentOptions } from '../../../platform/host/deployment';
import { parseConfig } from '../../../platform/runtime/config';

const environment = {
  HOLDFAST_NAME: 'orchestrator',
  HOLDFAST_CERT_FILE: 'c',
  HOLDFAST_KEY_FILE: 'k',
  HOLDFAST_CA_FILE: 'a',
  HOLDFAST_TEMPORAL_ADDRESS: 'localhost:1',
  HOLDFAST_KAFKA_BROKERS: 'localhost:2',
  HOLDFAST_MONGODB_URL: 'mongodb://localhost',
  HOLDFAST_DYNAMODB_ENDPOINT: 'https://localhost:3',
  HOLDFAST_CONSUL_URL: 'https://localhost:4',
  HOLDFAST_ISSUER: 'https://localhost:5',
  HOLDFAST_HTTP_PORT: '6000',
};

describe('the build of the sagas', () => {
  test('is not asked for by default: the worker takes every saga', () => {
    expect(deploymentOptions(parseConfig(environment))).toEqual({});
  });

  test('pins sagas to it when deployment and build are named', () => {
    const named = { HOLDFAST_DEPLOYMENT: 'sagas', HOLDFAST_BUILD_ID: '2026-11-26.1' };
    expect(deploymentOptions(parseConfig({ ...environment, ...named }))).toEqual({
      workerDeploymentOptions: {
        version: { deploymentName: 'sagas', buildId: '2026-11-26.1' },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
    });
  });

  test.each([
    ['HOLDFAST_DEPLOYMENT', 'HOLDFAST_BUILD_ID'],
    ['HOLDFAST_BUILD_ID', 'HOLDFAST_DEPLOYMENT'],
  ])('%s alone is a mistake that names the other', (one, other) => {
    expect(() => parseConfig({ ...environment, [one]: 'x' })).toThrow(
      `${other}: a versioned worker`,
    );
  });
});
