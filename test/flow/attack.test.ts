import { carryOut } from '../../cli/attack/attack';
import { targetIn } from '../../cli/attack/command';
import { attacks } from '../../cli/attack/rows';
import { environmentFor, world } from '../support/world';

const target = targetIn(world().stateDir, environmentFor);
afterAll(() => target.api.close());

// What others would notice is carried out in the chaos ring, which runs alone.
const beside = attacks.filter(({ alone }) => alone !== true);

test.each(beside.map((attack) => [`${attack.row}: ${attack.title}`, attack] as const))(
  'holds against %s',
  async (_title, attack) => {
    const { verdict, shots, problem } = await carryOut(attack, target);
    expect({ verdict, problem, broken: shots.filter(({ held }) => !held) }).toEqual({
      ...{ verdict: 'held', problem: undefined, broken: [] },
    });
  },
);
