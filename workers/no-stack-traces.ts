import v8 from 'node:v8';

/**
 * To be loaded before an orchestrator, for less CPU: `node --require dist/workers/no-stack-traces.js`.
 *
 * For the queries `__stack_trace` and `__enhanced_stack_trace` (the call stack in the Temporal Web UI) the SDK notes
 * the stack of every promise a workflow makes, by V8's promise hook, which costs two fifths of its thread of workflows.
 * It goes on without where there is no such hook, as in Bun; here there is none. Threads load this as their process.
 */
const { promiseHooks } = v8;
if (typeof promiseHooks.createHook !== 'function') {
  throw new Error('this Node has no promise hook to switch off: start without no-stack-traces');
}
promiseHooks.createHook = () => {
  throw new Error('switched off by no-stack-traces');
};
