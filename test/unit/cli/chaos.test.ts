import { program } from '../../../cli/program';

test('an option behind the name of an act is the act’s, whatever else has one of that name', async () => {
  const root = program(['chaos']);
  const chaos = root.commands.find((one) => one.name() === 'chaos');
  const rotation = chaos?.commands.find((one) => one.name() === 'rotation');
  let told: unknown;
  rotation?.action((options: unknown) => void (told = options));
  await root.parseAsync(['chaos', 'rotation', '--rate', '7', '--json'], { from: 'user' });
  expect(told).toMatchObject({ rate: 7, json: true });
});
