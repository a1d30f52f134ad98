import { serviceNames } from '../../activities/list';

/** Our own processes of the embedded stack and of Compose: the compiled entry below `dist`, and its arguments. */
export const platformProcesses = [
  { name: 'keys', entry: 'workers/keys', args: [] },
  { name: 'orchestrator', entry: 'workers/orchestrator', args: [] },
  ...serviceNames.map((name) => ({ name, entry: 'workers/participant', args: [name] }) as const),
  { name: 'projector', entry: 'workers/projector', args: [] },
  { name: 'auditor', entry: 'workers/auditor', args: [] },
  { name: 'gateway', entry: 'gateway/main', args: [] },
] as const;

export type PlatformProcess = (typeof platformProcesses)[number]['name'];
