import { describeEventFinding } from '../contracts/event-rules';
import { checkEvents } from '../contracts/events';
import { lockSchemas } from './schemas/lock';

/**
 * Locks new schema files: `npm run schemas:lock`. Exits with 1 when a locked one changed, or when a version of an event
 * breaks what an earlier one promised: once it is locked it stays.
 */
function main(): void {
  const broken = checkEvents();
  for (const finding of broken) console.error(describeEventFinding(finding));
  if (broken.length > 0) {
    process.exitCode = 1;
    return;
  }
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
