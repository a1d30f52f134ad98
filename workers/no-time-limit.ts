import { Script } from 'node:vm';

/**
 * To be loaded before an orchestrator, for less CPU: `node --require dist/workers/no-time-limit.js`.
 *
 * The SDK gives each entry into a workflow five seconds, which Node keeps by a thread it starts for that entry: about a
 * fifth of what the thread of workflows costs. Without, a saga that loops for ever holds that thread for ever, where it
 * would be told and begun again otherwise; sagas of the engine go from one await to the next. Threads load this as
 * their process.
 */
const runInContext: Script['runInContext'] = Reflect.get(Script.prototype, 'runInContext');
Script.prototype.runInContext = function (context, options) {
  const unlimited = { ...options };
  delete unlimited.timeout;
  return runInContext.call(this, context, unlimited) as unknown;
};
