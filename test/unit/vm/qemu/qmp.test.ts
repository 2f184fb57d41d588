import { execa } from 'execa';
import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import * as fc from 'fast-check';
import t from 'tap';
import { Qmp, QmpError, type QmpEvent } from '../../../../vm/qemu/qmp.ts';

const GREETING = '{"QMP": {"version": {}, "capabilities": []}}\r\n';

/** A stream whose other end is in the test's hands: `say` is what QEMU sends, `hear` what it is sent. */
function line(): { stream: Duplex; say: PassThrough; hear: PassThrough } {
  const say = new PassThrough();
  const hear = new PassThrough();
  return { stream: Duplex.from({ readable: say, writable: hear }), say, hear };
}

void t.test('talks to a real QEMU', async (t) => {
  const qemu = execa(
    'qemu-system-x86_64',
    ['-M', 'none', '-nodefaults', '-display', 'none', '-qmp', 'stdio', '-S'],
    { stdin: 'pipe', buffer: false, killSignal: 'SIGKILL' },
  );
  const events: QmpEvent[] = [];
  const qmp = await Qmp.connect(qemu.duplex(), (event) => events.push(event));
  t.match(await qmp.execute('query-status'), { status: 'prelaunch' });
  await t.rejects(qmp.execute('no-such-command'), { code: 'QMP_REFUSED', found: /no-such-command/ });
  await t.rejects(qmp.execute('query-status', { bad: 1 }), { code: 'QMP_REFUSED', found: /bad/ });
  const [status, version] = await Promise.all([qmp.execute('query-status'), qmp.execute('query-version')]);
  t.match(status, { running: false });
  t.match(version, { qemu: {} });
  await qmp.execute('quit');
  await qemu;
  t.match(events, [{ event: 'SHUTDOWN', data: { reason: 'host-qmp-quit' } }]);
  await t.rejects(qmp.execute('query-status'), { code: 'QMP_CLOSED' });
});

void t.test('answers are told apart from events, however they are cut', async () => {
  const answer = '{"event":"RESUME","data":{"a":1}}\n{"return":{},"id":1}\n{"event":"STOP"}\n';
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
      const { stream, say, hear } = line();
      const events: string[] = [];
      const connected = Qmp.connect(stream, ({ event }) => events.push(event));
      const ended = once(stream, 'end');
      say.write(GREETING);
      await once(hear, 'data');
      for (let at = 0, turn = 0; at < answer.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        say.write(answer.slice(at, at + size));
        at += size;
        // Else the stream joins the pieces before anyone reads.
        await turnOfTheLoop();
      }
      say.end();
      await Promise.all([connected, ended]);
      return events.join() === 'RESUME,STOP';
    }),
    { numRuns: 30 },
  );
});

void t.test('a line that ends early or talks nonsense rejects what is pending', async (t) => {
  const early = line();
  const greeting = Qmp.connect(early.stream);
  early.say.end();
  await t.rejects(greeting, QmpError);

  const garbage = line();
  const refused = Qmp.connect(garbage.stream);
  garbage.say.write('SSH-2.0-OpenSSH\n');
  await t.rejects(refused, { code: 'QMP_GARBAGE', found: /OpenSSH/ });
});
