import t from 'tap';
import { duration, rate } from '../../../../../userland/src/cli/options/values.ts';

void t.test('rates as rsync writes them', async (t) => {
  const rates = {
    '1': 1024,
    '1.5m': 1_572_864,
    '2GB': 2e9,
    '10KiB': 10_240,
    '1MB': 1e6,
    '100b': 100,
    '0': 0,
  };
  for (const [text, bytes] of Object.entries(rates)) t.equal(rate.read(text), bytes, text);
  for (const text of ['', 'x', '1T', '-1', '1 K', '1e3']) t.equal(rate.read(text), null, text);
});

void t.test('durations in nanoseconds', async (t) => {
  const durations = {
    '2': 2e9,
    '0.5': 5e8,
    '0.000000001': 1,
    '10ms': 1e7,
    '3us': 3000,
    '7ns': 7,
    '0': 0,
    '1.5s': 1.5e9,
  };
  for (const [text, ns] of Object.entries(durations)) t.equal(duration.read(text), ns, text);
  for (const text of ['', '-1', '1m', '1h', 'ns']) t.equal(duration.read(text), null, text);
});
