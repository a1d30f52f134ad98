import { runProcess } from '../../platform/host/process';
import { startOrchestrator } from '../../workers/orchestrate';
import { hostedRows } from './hosted-rows';

/** The product's orchestrator, for the participant of the measured saga. */
void runProcess(process.env, (config) => startOrchestrator(config, [hostedRows]));
