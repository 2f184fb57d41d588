import t from 'tap';
import { Slots } from '../../../../userland/src/apply/slots.ts';

void t.test('no more than the limit, and first come, first served', async (t) => {
  const slots = new Slots(2);
  const order: number[] = [];
  await slots.acquire();
  await slots.acquire();
  const waiting = [1, 2].map(async (id) => {
    await slots.acquire();
    order.push(id);
  });
  t.equal(slots.used, 2);
  t.strictSame(order, []);
  slots.release();
  await waiting[0];
  t.strictSame(order, [1]);
  t.equal(slots.used, 2, 'the slot went over to the one who waited');
  slots.release();
  await waiting[1];
  slots.release();
  slots.release();
  t.equal(slots.used, 0);
});
