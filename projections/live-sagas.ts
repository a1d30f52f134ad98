import { liveName, projectionExpression } from './generations/names';
import { hasBegun } from './saga-filter';
import { sagaTimeline } from './saga-timeline';

/** SQL conditions on `read_rows r`: sagas of the generation that is read, of which the start was seen. */
export const isLiveSaga = `${projectionExpression('r.projection')} = '${sagaTimeline.name}'
    and r.projection = ${liveName(`'${sagaTimeline.name}'`)} and ${hasBegun}`;
