import { dispatchSagas } from '../../platform/saga';
import { threeRows } from './three-rows.saga';

/** What the measured orchestrator runs in place of the product's own sagas. */
export default dispatchSagas([threeRows]);
