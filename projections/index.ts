import type { Projection } from '../platform/event-log/projector/projection';
import { customerOrders } from './customer-orders';
import { orderStatus } from './order-status';
import { sagaTimeline } from './saga-timeline';

/** Every projection, one line each: what the projector runs. */
export const projections: readonly Projection[] = [orderStatus, sagaTimeline, customerOrders];
