/** What the host makes of a line that damages, drops and adds, with the real agent at its other end. */
import { Duplex, PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { AgentClient } from '../../../../vm/guest/agent-client.ts';
import { encodeFrame } from '../../../../vm/guest/frames.ts';
import { PROTOCOL_VERSION } from '../../../../vm/guest/messages.ts';
import { NONCE, startAgent } from './real-agent.ts';

/** A client whose incoming bytes go through `spoil`, chunk by chunk. */
async function connectThrough(
  t: Test,
  spoil: (chunk: Buffer) => Buffer,
): Promise<{ client: AgentClient; faults: string[] }> {
  const { line } = await startAgent(t);
  const incoming = new PassThrough();
  line.on('data', (chunk: Buffer) => incoming.write(spoil(chunk)));
  const faults: string[] = [];
  const stream = Duplex.from({ readable: incoming, writable: line });
  const client = AgentClient.connect(stream, { nonce: NONCE, onFault: (text) => faults.push(text) });
  t.teardown(() => stream.destroy());
  return { client, faults };
}

/**
 * Calls `change` at every `distance`th byte of the stream and puts what it returns in that byte's place, `FAULTS` times
 * at most: a period without end could fall into step with what is sent again, and hit the same frame every time.
 */
function atEvery(distance: number, change: (byte: number) => Buffer): (chunk: Buffer) => Buffer {
  let seen = 0;
  const isHit = (position: number): boolean => position % distance === 0 && position <= FAULTS * distance;
  return (chunk) => Buffer.concat([...chunk].map((byte) => (isHit(++seen) ? change(byte) : Buffer.of(byte))));
}

/** Fewer than the times that one frame is asked for. */
const FAULTS = 6;

const EXPECTED = Array.from({ length: 30_000 }, (_, index) => `${index + 1}\n`).join('');

void t.test('a line that the kernel writes into', async (t) => {
  const message = Buffer.from('[    1.234567] a message of the kernel\r\n');
  const { client, faults } = await connectThrough(
    t,
    atEvery(100_003, (byte) => Buffer.concat([message, Buffer.of(byte)])),
  );
  t.equal((await client.exec(['seq', '1', '30000'])).stdout, EXPECTED);
  t.match(faults[0], /damaged frame|no frame/);
  await client.shutdown();
});

void t.test('a line that flips bits and loses bytes', async (t) => {
  for (const [what, change] of [
    ['flips', (byte: number) => Buffer.of(byte ^ 1)],
    ['loses', () => Buffer.alloc(0)],
  ] as const) {
    const { client, faults } = await connectThrough(t, atEvery(90_001, change));
    t.equal((await client.exec(['seq', '1', '30000'])).stdout, EXPECTED, what);
    t.not(faults.length, 0, 'and it is reported');
    await client.shutdown();
  }
});

void t.test('a host that missed the beginning gets it', async (t) => {
  let first = true;
  const { client, faults } = await connectThrough(t, (chunk) => {
    const missed = first;
    first = false;
    return missed ? Buffer.alloc(0) : chunk;
  });
  t.match(await client.ready, { type: 'hello', nonce: NONCE });
  t.match(faults, [/frames lost/]);
});

void t.test('a line that brings nothing good is given up', async (t) => {
  const far = new PassThrough();
  const stream = Duplex.from({ readable: far, writable: new PassThrough().resume() });
  const client = AgentClient.connect(stream, { nonce: NONCE });
  far.write(encodeFrame(0, '{"type":"nonsense"}'));
  await t.rejects(client.ready, { code: 'AGENT_LOST', message: /unknown type "nonsense"/ });
});

void t.test('a line that ends is told apart from a guest that is done', async (t) => {
  const far = new PassThrough();
  const client = AgentClient.connect(Duplex.from({ readable: far, writable: new PassThrough().resume() }), {
    nonce: NONCE,
  });
  far.end();
  t.match(await client.closed, {
    kind: 'lost',
    error: { verdict: 'LOST', found: /closed by the other side/ },
  });
});

void t.test('a line that another host has used is silent until it is told who is there now', async (t) => {
  const far = new PassThrough();
  const sent: string[] = [];
  const stream = Duplex.from({
    readable: far,
    writable: new PassThrough().on('data', (chunk: Buffer) => sent.push(chunk.toString())),
  });
  const faults: string[] = [];
  const resume = { nextId: 7, standbys: [] };
  const client = AgentClient.connect(stream, { nonce: NONCE, resume, onFault: (text) => faults.push(text) });
  const hello = {
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    nonce: NONCE,
    kernel: '6.1',
    boot_ms: 1,
    cpus: 1,
    mem_kib: 1,
  };
  far.write('00 a frame cut off\n');
  far.write(encodeFrame(41, '{"type":"beat","uptime_ms":1,"processes":0}'));
  far.write(encodeFrame(0, JSON.stringify(hello)));
  t.match(await client.ready, { nonce: NONCE });
  t.same(faults, [], "what was meant for the other host is no fault of the line's");
  t.match(sent.join(''), /"type":"attach","nonce":".+","realtime_ms":\d+,"random":"/);
  void client.exec(['true']).catch(() => undefined);
  await t.resolves(untilSent(sent, /"id":7/), 'ids go on behind those of the other host');
  stream.destroy();
});

async function untilSent(sent: readonly string[], pattern: RegExp): Promise<void> {
  while (!pattern.test(sent.join(''))) await new Promise((resolve) => setImmediate(resolve));
}
