import { services } from '../activities';
import { runProcess } from '../platform/host/process';
import { startOrchestrator } from './orchestrate';

/** The orchestrator as a process. */
void runProcess(process.env, (config) => startOrchestrator(config, services));
