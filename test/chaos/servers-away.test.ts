import { control } from '../support/world';
import { expectOnce, openGround, placeMany } from './away/ground';

test('PostgreSQL restarted in the middle of sagas, with all its databases: all end, nothing twice', async () => {
  const ground = await openGround();
  try {
    await expectOnce(ground, async () => {
      const locations = await placeMany(ground, 6);
      await control('stop', 'postgres');
      await control('start', 'postgres');
      return locations;
    });
  } finally {
    await ground.close();
  }
}, 180_000);
