/** The host's time stamp counter. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { hostTscKhz } from '../../../../../vm/qemu/accel/tsc.ts';
import { freshContext } from '../../../../helpers/fresh-context.ts';

void t.test('its rate is that of a processor, and measured once', async (t) => {
  const { ctx } = await freshContext(t);
  const khz = await hostTscKhz(ctx);
  if (khz === undefined) {
    t.notOk(existsSync(join(ctx.cache.root, 'tsc-rate')), 'this host has none, and nothing was measured');
    return;
  }
  t.ok(Number.isInteger(khz) && khz > 100_000 && khz < 10_000_000, `${khz} kHz`);
  t.equal(await hostTscKhz(ctx), khz, 'the second answer is the first one');
});
