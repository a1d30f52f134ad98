import { lockSchemas } from './schemas/lock';

/** Locks new schema files: `node dist/platform/event-log/lock-schemas.js`. Exits with 1 when a locked one changed. */
function main(): void {
  try {
    const added = lockSchemas();
    console.log(
      added.length > 0 ? `Locked ${added.join(', ')}` : 'Every schema was locked already',
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

if (require.main === module) main();
