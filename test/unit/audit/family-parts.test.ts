import { memoryLedger } from '../../../platform/audit/ledger/memory';
import { expectFamilyParts } from '../../support/family-parts';

test('what services say of a family at the same moment is all kept, and goes when it was judged', async () => {
  await expectFamilyParts(memoryLedger());
});
