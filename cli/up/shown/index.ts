import type { Demonstration } from './demonstration';
import { shopDemonstration } from './shop';

/** What `holdfast up` shows: a few sagas of the example. */
export const demonstration: Demonstration = shopDemonstration;
