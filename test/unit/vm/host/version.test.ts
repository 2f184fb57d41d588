import t from 'tap';
import { isAtLeast } from '../../../../vm/host/version.ts';

void t.test('number by number, not letter by letter', (t) => {
  const newer = [
    ['12.2.0-14+deb12u1', '5.1'],
    ['2.40', '2.23'],
    ['2.5.35', '2.5.35'],
    ['2.6', '2.5.35'],
    ['1.07.1', '1.06.95'],
    ['6', '6.0'],
    ['/usr/bin/flex', '2.5.35'],
  ];
  const older = [
    ['4.9.2', '5.1'],
    ['2.5.4', '2.5.35'],
    ['2.5', '2.5.35'],
  ];
  for (const [found = '', needed = ''] of newer) t.ok(isAtLeast(found, needed), `${found} for ${needed}`);
  for (const [found = '', needed = ''] of older) t.notOk(isAtLeast(found, needed), `${found} for ${needed}`);
  t.end();
});
