import { serviceList } from '../../../activities/list';
import type { StoreKind } from '../../../activities/list';
import { arrow, box, picture, text } from './svg';
import type { Point } from './svg';

const storeNames: Readonly<Record<StoreKind, string>> = {
  mongodb: 'MongoDB',
  postgresql: 'PostgreSQL',
  dynamodb: 'DynamoDB',
};

const service = { width: 132, height: 50 };
const store = { width: 132, height: 34 };
const first = 300;
const between = 150;
const width = 780;

/** What is said beside the services. */
const caption = ['one local transaction', 'for each step:', 'state + events', '+ step record'];

const xOf = (index: number): number => first + index * between;
const middle = (index: number): number => xOf(index) + service.width / 2;

function serviceParts(): readonly string[] {
  return serviceList.flatMap(({ name, store: kind }, index) => {
    const down = (from: number, to: number): readonly [Point, Point] => [
      ...([
        { x: middle(index), y: from },
        { x: middle(index), y: to },
      ] as const),
    ];
    return [
      box({ x: xOf(index), y: 150 }, service, { lines: [name, 'fence + decide'], tone: 'ours' }),
      box({ x: xOf(index), y: 234 }, store, { lines: [storeNames[kind]], tone: 'store' }),
      arrow({ x: 455, y: 92 }, { x: middle(index), y: 150 }),
      arrow(...down(200, 234)),
      arrow(...down(268, 330), { label: 'relay' }),
    ];
  });
}

/** How the parts hang together: for the first screen of the README. */
export function overviewPicture(): string {
  const last = serviceList.length - 1;
  const wide = Math.max(310, xOf(last) + service.width - first);
  return picture({ width: Math.max(width, first + wide + 48), height: 400 }, 'Holdfast', [
    text({ x: 110, y: 28 }, 'POST /sagas/{saga}', { size: 12, faint: true }),
    arrow({ x: 110, y: 34 }, { x: 110, y: 48 }),
    box({ x: 40, y: 48 }, { width: 140, height: 46 }, { lines: ['gateway'], tone: 'ours' }),
    arrow({ x: 180, y: 70 }, { x: first, y: 70 }, { label: 'start' }),
    box(
      { x: first, y: 44 },
      { width: 310, height: 50 },
      {
        lines: ['orchestrator on Temporal', 'decides what happens next, forward or back'],
        tone: 'turn',
      },
    ),
    ...serviceParts(),
    box(
      { x: first, y: 330 },
      { width: wide, height: 46 },
      {
        lines: ['Kafka', 'every event, in order for each aggregate'],
        tone: 'plain',
      },
    ),
    box({ x: 40, y: 330 }, { width: 140, height: 46 }, { lines: ['read models'], tone: 'store' }),
    arrow({ x: first, y: 353 }, { x: 180, y: 353 }, { label: 'projector' }),
    arrow({ x: 110, y: 330 }, { x: 110, y: 94 }, { label: 'GET' }),
    ...caption.map((line, index) =>
      text({ x: 132, y: 160 + index * 18 }, line, { anchor: 'start', size: 12, faint: true }),
    ),
  ]);
}
