import v8 from 'node:v8';

/**
 * To be loaded before an orchestrator, for less CPU: `node --require dist/workers/no-stack-traces.js`.
 *
 * For the queries `__stack_trace` and `__enhanced_stack_trace` (the call stack in the Temporal Web UI) the SDK notes
 * the stack of every promise a workflow makes, by V8's promise hook, which costs two fifths of its thread of workflows.
 * It goes on without where there is no such hook, as in Bun; here there is none for it. Threads load this as their
 * process. Node itself takes the same way for its contexts that follow promises (`AsyncLocalStorage`), which the spans
 * of sagas need: it asks to be told `before` a promise goes on, which the SDK does not.
 */
const { promiseHooks } = v8;
if (typeof promiseHooks.createHook !== 'function') {
  throw new Error('this Node has no promise hook to switch off: start without no-stack-traces');
}
const createHook = promiseHooks.createHook.bind(promiseHooks);
promiseHooks.createHook = (hooks) => {
  if (hooks.before !== undefined) return createHook(hooks);
  throw new Error('switched off by no-stack-traces');
};
