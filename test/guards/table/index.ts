import type { Guard } from '../guard';
import { archiveGuards } from './archive';
import { auditGuards } from './audit';
import { cacheGuards } from './cache';
import { certificateGuards } from './certificates';
import { consoleGuards } from './console';
import { discoveryGuards } from './discovery';
import { edgeGuards } from './edge';
import { engineGuards } from './engine';
import { grantGuards } from './grants';
import { identityGuards } from './identity';
import { keyGuards } from './keys';
import { ledgerGuards } from './ledger';
import { letterGuards } from './letters';
import { metricGuards } from './metrics';
import { participantGuards } from './participant';
import { payloadGuards } from './payloads';
import { peopleGuards } from './people';
import { personalGuards } from './personal';
import { reactionGuards } from './reactions';
import { rebuildGuards } from './rebuild';
import { republishGuards } from './republish';
import { replayGuards } from './replay';
import { restoreGuards } from './restore';
import { rowGuards } from './rows';
import { schemaGuards } from './schemas';
import { sealingGuards } from './sealing';
import { storeGuards } from './stores';
import { tokenGuards } from './tokens';
import { traceGuards } from './traces';
import { webhookGuards } from './webhooks';

/** Every guard there is. A new one comes with its line here and a test that misses it. */
export const guards: readonly Guard[] = [
  ...engineGuards,
  ...identityGuards,
  ...certificateGuards,
  ...participantGuards,
  ...storeGuards,
  ...sealingGuards,
  ...rebuildGuards,
  ...republishGuards,
  ...replayGuards,
  ...webhookGuards,
  ...restoreGuards,
  ...auditGuards,
  ...ledgerGuards,
  ...schemaGuards,
  ...peopleGuards,
  ...letterGuards,
  ...rowGuards,
  ...grantGuards,
  ...reactionGuards,
  ...archiveGuards,
  ...keyGuards,
  ...payloadGuards,
  ...tokenGuards,
  ...personalGuards,
  ...edgeGuards,
  ...cacheGuards,
  ...metricGuards,
  ...discoveryGuards,
  ...traceGuards,
  ...consoleGuards,
];
