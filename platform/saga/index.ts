// What saga files and their registry need; nothing here may touch the network, a clock or a file.
export { defineSagaContract } from './contract';
export type { SagaContract } from './contract';
export { defineSaga } from './define';
export type {
  ApprovalOptions,
  BranchHandle,
  SagaDefinition,
  SagaHandle,
  SagaOptions,
} from './define';
export { dispatchSagas } from './dispatch';
/** Changes a saga in flight; see docs/versions.md for the rule about ways back. */
export { deprecatePatch, patched } from '@temporalio/workflow';
export type { StepName } from './plan/names';
