import { Agent } from 'node:https';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { MongoClientOptions } from 'mongodb';
import type { PoolConfig } from 'pg';
import { watchCredentials } from '../security/renewal';
import { readCredentials } from '../security/tls';
import type { Config } from './config';

/** This process's certificate, its key and the authority it trusts, as PEM text; read anew at each call. */
export function identityPem(config: Config): { cert: string; key: string; ca: string } {
  const { cert, key, ca } = readCredentials(config);
  return { cert: cert.toString(), key: key.toString(), ca: ca.toString() };
}

/** How whoever was opened with a process's certificate hears that there is another one. */
export function renewalsOf(config: Config): (listener: () => void) => () => void {
  return (listener) => watchCredentials(config, listener);
}

/**
 * Options of a `pg` pool or client; the role is the process's name, which its certificate proves. `ssl` is read anew
 * whenever it is asked for.
 */
export function postgresOptions(config: Config, database: string): PoolConfig {
  return {
    host: config.HOLDFAST_POSTGRES_HOST,
    port: config.HOLDFAST_POSTGRES_PORT,
    database,
    user: config.HOLDFAST_NAME,
    application_name: config.HOLDFAST_NAME,
    get ssl() {
      return { ...identityPem(config), rejectUnauthorized: true };
    },
  };
}

/** URL and options of a MongoDB client. */
export function mongoOptions(config: Config): {
  readonly url: string;
  readonly options: MongoClientOptions;
} {
  return {
    url: config.HOLDFAST_MONGODB_URL,
    options: { tls: true, appName: config.HOLDFAST_NAME, ...identityPem(config) },
  };
}

/**
 * Options of a DynamoDB client. Behind an endpoint of our own the identity is the certificate, and the credentials are
 * placeholders the protocol asks for; on AWS, leave the endpoint out and pass credentials and region instead.
 */
export function dynamoOptions(config: Config): DynamoDBClientConfig {
  return {
    endpoint: config.HOLDFAST_DYNAMODB_ENDPOINT,
    region: 'local',
    credentials: { accessKeyId: 'holdfast', secretAccessKey: 'holdfast' },
    requestHandler: {
      httpsAgent: new Agent({ ...identityPem(config), keepAlive: true, maxSockets: 50 }),
      connectionTimeout: 2_000,
      requestTimeout: 10_000,
    },
  };
}
