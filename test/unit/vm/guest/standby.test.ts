/** Programs that stand by, seen from the host: the far end of the line is this test. */
import { Duplex, PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { AgentClient } from '../../../../vm/guest/agent-client.ts';
import { GuestError } from '../../../../vm/guest/errors.ts';
import { encodeFrame, encodeJson, FrameDecoder } from '../../../../vm/guest/frames.ts';
import { type GuestMessage, type HostMessage, PROTOCOL_VERSION } from '../../../../vm/guest/messages.ts';
import { NONCE } from './real-agent.ts';

/** The request that started the program, before the snapshot was taken, and its process. */
const STANDBY = { program: 'dirsync', id: 3, pid: 42 };

type Order = Extract<HostMessage, { type: 'stdin' }>;

/** A client that goes on with a guest in which `dirsync` stands by, which says what `answers` has for its order. */
function resumed(
  t: Test,
  answers: (order: Order) => readonly GuestMessage[],
): { client: AgentClient; say: (message: GuestMessage) => void } {
  const [incoming, outgoing] = [new PassThrough(), new PassThrough()];
  const stream = Duplex.from({ readable: incoming, writable: outgoing });
  t.teardown(() => stream.destroy());
  let seq = 0;
  const say = (message: GuestMessage): void => void incoming.write(encodeFrame(seq++, encodeJson(message)));
  const decoder = new FrameDecoder();
  outgoing.on('data', (chunk: Buffer) => {
    for (const event of decoder.push(chunk)) {
      if (event.kind !== 'frame') continue;
      const message = JSON.parse(event.payload) as HostMessage;
      if (message.type === 'attach') {
        const facts = {
          protocol: PROTOCOL_VERSION,
          nonce: NONCE,
          kernel: '6.1',
          boot_ms: 1,
          cpus: 1,
          mem_kib: 1,
        };
        say({ type: 'hello', ...facts });
      } else if (message.type === 'stdin') answers(message).forEach(say);
    }
  });
  const resume = { nextId: 7, standbys: [STANDBY] };
  return { client: AgentClient.connect(stream, { nonce: NONCE, resume }), say };
}

function out(text: string): GuestMessage {
  const data = Buffer.from(text).toString('base64');
  return { type: 'out', process: STANDBY.id, stream: 'stdout', data };
}

void t.test('an order takes the place of a start, also for output that comes with its answer', async (t) => {
  const orders: Order[] = [];
  const { client } = resumed(t, (order) => {
    orders.push(order);
    const exit: GuestMessage = { type: 'exit', process: STANDBY.id, code: 4, ms: 1 };
    return [out('at once'), { type: 'result', id: order.id }, exit];
  });
  const process = await client.spawn(['dirsync', '--once'], { cwd: '/tmp', stdin: false });
  t.equal(process.pid, STANDBY.pid);
  t.match(await process.exited, { code: 4 });
  t.equal(process.stdout, 'at once');
  t.match(orders, [{ process: STANDBY.id, eof: true }]);
  const line = Buffer.from(orders[0]?.data ?? '', 'base64').toString();
  t.match(JSON.parse(line), { argv: ['--once'], cwd: '/tmp', env: {} });
});

void t.test('nothing is heard any more of a program that could not be given its order', async (t) => {
  const { client, say } = resumed(t, ({ id }) => [
    { type: 'error', id, errno: 'EPIPE', message: 'it ended' },
  ]);
  const heard: string[] = [];
  const spawned = client.spawn(['dirsync'], { onOutput: (chunk) => heard.push(chunk.toString()) });
  await t.rejects(spawned, GuestError);
  say(out('last words'));
  say({ type: 'done', id: 9, nonce: NONCE });
  t.match(await client.closed, { kind: 'done' }, 'all was read');
  t.same(heard, []);
});
