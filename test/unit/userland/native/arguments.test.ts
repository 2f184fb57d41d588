import * as fc from 'fast-check';
import t from 'tap';
import { addon, folder } from './fixture.ts';

/** Never a descriptor: a number that is one could close or change what the test itself needs. */
const wrong = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    '3',
    Number.NaN,
    Infinity,
    -1.5,
    2 ** 40,
    -101,
    10n,
    Symbol('s'),
  ),
  fc.constantFrom<unknown>({}, [], [3], () => 3, new Uint16Array(2), Object.create(null)),
);

function call(name: keyof typeof addon, ...values: unknown[]): unknown {
  return Reflect.apply(addon[name] as () => unknown, addon, values);
}

void t.test('whatever is handed over, a wrong first argument is a TypeError and no crash', async (t) => {
  const functions = Object.entries(addon).filter(([, member]) => typeof member === 'function');
  const noArguments = new Set([
    'counters',
    'dirsyncQuery',
    'dirsyncSelfCheck',
    'inotifyInit',
    'copyGroup',
    'bytesInFlight',
    'setCopyRate',
  ]);
  const tested = functions.filter(([name]) => !noArguments.has(name));
  t.equal(tested.length, functions.length - noArguments.size);
  for (const [name, tried] of tested) {
    // Those two take text first, which some of the wrong values are.
    const first =
      name === 'openRoot' || name === 'symlinkAt'
        ? wrong.filter((value) => typeof value !== 'string')
        : wrong;
    fc.assert(
      fc.property(first, fc.array(wrong, { maxLength: 8 }), (argument, rest) => {
        try {
          Reflect.apply(tried as () => void, addon, [argument, ...rest]);
        } catch (error) {
          return error instanceof TypeError && error.message.startsWith(`${name}: argument 1 `);
        }
        return false;
      }),
      { numRuns: 50 },
    );
  }
});

void t.test('later arguments are checked, too, and named', async (t) => {
  const { fd } = folder(t);
  const request = { compare: 0, report: 0, source: 'statx' };
  t.throws(() => call('statAt', fd, 7), { message: /^statAt: argument 2 / });
  t.throws(() => call('statAt', fd, 'a', 'yes'), { message: /^statAt: argument 3 / });
  t.throws(() => call('mkdirAt', fd, 'a', -1), { message: /^mkdirAt: argument 3 / });
  t.throws(() => call('utimesAt', fd, 'a', 0, 1_000_000_000), { message: /nanoseconds/ });
  t.throws(() => call('utimesAt', fd, 'a', 0.5, 0), { message: /^utimesAt: argument 3 / });
  t.throws(() => call('setXattr', fd, 'a', 'user.x', 'text'), { message: /argument 4 must be a Uint8Array/ });
  t.throws(() => call('copyFile', fd, 'a', fd, 'b', 5), { message: /argument 5 must be an object/ });
  t.throws(() => call('copyFile', fd, 'a', fd, 'b', { fsync: 1 }), { message: /option fsync/ });
  t.throws(() => call('copyFile', fd, 'a', fd, 'b', { finalName: '../x' }), { code: 'EINVAL' });
  t.throws(() => call('copyFile', fd, 'a', fd, 'b', {}, {}), {
    message: /argument 6 must be what copyGroup/,
  });
  t.throws(() => call('sameContent', fd, 'a', fd, 5), { message: /argument 4 must be what copyGroup/ });
  t.throws(() => call('watchFd', fd, 'no'), { message: /argument 2 must be a function/ });
  t.throws(() => call('compareDirs', fd, -1, new Uint8Array(9999), { ...request, source: 'x' }), {
    message: /'kernel' or 'statx'/,
  });
  t.throws(() => call('compareDirs', fd, -1, new Uint16Array(9999), request), { message: /Uint8Array/ });
  t.throws(() => call('compareDirs', fd, -1, new Uint8Array(9999), { source: 'statx' }), {
    message: /compare/,
  });
  t.throws(() => call('compareDirs', fd, -1, new Uint8Array(351), request), { code: 'EINVAL' });
  t.throws(() => call('compareDirs', fd, -1, new Uint8Array(9999), { ...request, source: 'kernel' }), {
    code: 'ENOSYS',
  });
  t.match(addon.counters(), { dirsyncStat: 0, dirsyncList: 0, dirsyncDiff: 0 }, 'and none was ever called');
});
