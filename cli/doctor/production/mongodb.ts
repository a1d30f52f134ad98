import { MongoClient } from 'mongodb';
import type { Config } from '../../../platform/runtime/config';
import { mongoOptions } from '../../../platform/runtime/connections';
import { fine, held, wrong } from '../finding';
import type { Finding } from '../finding';

const membersMin = 3;

/** Members of the replica set, and what a commit waits for where nobody says it. */
export async function lookAtMongo(config: Config): Promise<readonly Finding[]> {
  const { url, options } = mongoOptions(config);
  const client = await MongoClient.connect(url, { ...options, serverSelectionTimeoutMS: 5_000 });
  try {
    const admin = client.db('admin');
    const { hosts = [] } = (await admin.command({ hello: 1 })) as { hosts?: readonly string[] };
    const found = (await admin.command({ getDefaultRWConcern: 1 })) as {
      readonly defaultWriteConcern?: { readonly w?: string | number };
    };
    // Where it was never set, servers of 5.0 and newer wait for the majority.
    const waits = found.defaultWriteConcern?.w ?? 'majority';
    return [
      held(
        hosts.length >= membersMin,
        fine('MongoDB, members', String(hosts.length)),
        wrong(
          'MongoDB, members',
          String(hosts.length),
          `run ${membersMin} that hold data, in places of their own`,
        ),
      ),
      held(
        waits === 'majority',
        fine('MongoDB, commits', 'acknowledged by the majority'),
        wrong(
          'MongoDB, commits',
          `acknowledged by ${String(waits)}`,
          'setDefaultRWConcern with w: "majority"',
        ),
      ),
    ];
  } finally {
    await client.close();
  }
}
