import { dispatchSagas } from '../platform/saga';
import { bulkOrder } from './bulk-order.saga';
import { orderLots } from './order-lots.saga';
import { placeOrder } from './place-order.saga';
import { returnOrder } from './return-order.saga';

/** Every saga a worker runs, one line each. The workflow type is the saga's name. */
export default dispatchSagas([placeOrder, returnOrder, bulkOrder, orderLots]);
