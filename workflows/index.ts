import { dispatchSagas } from '../platform/saga';
import { placeOrder } from './place-order.saga';
import { returnOrder } from './return-order.saga';

/** Every saga a worker runs, one line each. The workflow type is the saga's name. */
export default dispatchSagas([placeOrder, returnOrder]);
