import t from 'tap';
import { gdbArguments } from '../../../../vm/host/gdb.ts';

const SESSION = { vmlinux: '/k/vmlinux', tree: '/t/linux', socket: '/s' };

void t.test('on a terminal gdb attaches, sets the breakpoint and waits for the person', (t) => {
  t.same(gdbArguments({ ...SESSION, breakpoint: 'do_it' }), [
    '-quiet',
    '-ex',
    'set substitute-path /usr/src/linux /t/linux',
    '-ex',
    'target remote /s',
    '-ex',
    'break do_it',
    '/k/vmlinux',
  ]);
  t.end();
});

void t.test('a script runs after the breakpoint is set, asks nothing, and leaves the guest alive', (t) => {
  const args = gdbArguments({ ...SESSION, breakpoint: 'do_it', batch: '/b.gdb' });
  const order = ['-batch', 'set confirm off', 'target remote /s', 'break do_it', '/b.gdb', 'detach'];
  const places = order.map((word) => args.indexOf(word));
  t.notOk(places.includes(-1));
  t.same(
    places,
    places.toSorted((a, b) => a - b),
  );
  t.end();
});
