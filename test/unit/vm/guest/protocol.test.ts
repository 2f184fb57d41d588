/** The real agent, spoken to by hand: what it says to damaged, unknown and impossible requests. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import t from 'tap';
import { encodeFrame, encodeJson, FrameDecoder, MAX_PAYLOAD } from '../../../../vm/guest/frames.ts';
import { startAgent } from './real-agent.ts';

/** Sends bytes or messages, and reads messages one by one, beats left out. */
function talk(line: Duplex): {
  send: (message: unknown) => void;
  raw: (bytes: string | Buffer) => void;
  next: () => Promise<Record<string, unknown> & { seq: number }>;
} {
  const decoder = new FrameDecoder();
  const queue: (Record<string, unknown> & { seq: number })[] = [];
  let seq = 0;
  line.on('data', (chunk: Buffer) => {
    for (const event of decoder.push(chunk)) {
      if (event.kind !== 'frame') throw new Error(`the agent sent ${JSON.stringify(event)}`);
      const message = JSON.parse(event.payload) as Record<string, unknown>;
      if (message['type'] !== 'beat') queue.push({ ...message, seq: event.seq });
    }
    line.emit('message');
  });
  return {
    send: (message) => line.write(encodeFrame(seq++, encodeJson(message))),
    raw: (bytes) => line.write(bytes),
    next: async () => {
      for (;;) {
        const message = queue.shift();
        if (message !== undefined) return message;
        await once(line, 'message');
      }
    },
  };
}

void t.test('answers what it cannot understand, and goes on', async (t) => {
  const { line } = await startAgent(t);
  const { send, raw, next } = talk(line);
  t.match(await next(), { type: 'hello', seq: 0 });
  const bad = async (bytes: string, message: RegExp): Promise<void> => {
    raw(bytes);
    t.match(await next(), { type: 'error', id: 0, errno: 'EBADMSG', message }, bytes.slice(0, 40));
  };
  await bad('hello?\n', /6 bytes that are no frame/);
  await bad('~\n', /not ~seq/);
  await bad('~00000000 0002 {} 00000000\n', /checksum/);
  await bad('~0000~\n', /cut off/);
  t.match(await next(), { errno: 'EBADMSG', message: /not ~seq/ });
  await bad(`~${'x'.repeat(MAX_PAYLOAD + 100)}`, /too long/);
  await bad('\n', /bytes that are no frame/);
  send('a string');
  t.match(await next(), { errno: 'EBADMSG', message: /no object/ });
  raw(encodeFrame(1, '{"type":'));
  t.match(await next(), { errno: 'EBADMSG', message: /not JSON/ });
  raw(encodeFrame(2, `{"type":[${'1,'.repeat(9000)}1]}`));
  t.match(await next(), { errno: 'EBADMSG', message: /too many values/ });
  raw(encodeFrame(3, '{"type":"spawn"}'));
  t.match(await next(), { errno: 'EBADMSG', message: /without a positive id/ });
  raw(encodeFrame(4, '{"type":"dance","id":7}'));
  t.match(await next(), { id: 7, errno: 'ENOSYS' });
  raw(encodeFrame(9, '{"type":"read_file","id":8,"path":"/no"}'));
  t.match(await next(), { id: 0, errno: 'EBADMSG', message: /00000005 was due, 00000009 came/ });
  t.match(await next(), { id: 8, errno: 'ENOENT' }, 'the frame behind the gap counts all the same');
});

void t.test('refuses requests that make no sense, each with its id', async (t) => {
  const { line } = await startAgent(t);
  const { send, next } = talk(line);
  await next();
  const requests: [Record<string, unknown>, string][] = [
    [{ type: 'spawn' }, 'EINVAL'],
    [{ type: 'spawn', argv: [] }, 'EINVAL'],
    [{ type: 'spawn', argv: 'true' }, 'EINVAL'],
    [{ type: 'spawn', argv: [1] }, 'EINVAL'],
    [{ type: 'spawn', argv: ['true'], env: 3 }, 'EINVAL'],
    [{ type: 'spawn', argv: ['true'], uid: 'root' }, 'EINVAL'],
    [{ type: 'spawn', argv: ['€'] }, 'EINVAL'],
    [{ type: 'stdin', process: 99, data: 'YQ==' }, 'EPIPE'],
    [{ type: 'stdin', process: 99, data: 'Y' }, 'EINVAL'],
    [{ type: 'stdin', process: 99, data: 'Y===' }, 'EINVAL'],
    [{ type: 'stdin', process: 99, data: 'YQ==YQ==' }, 'EINVAL'],
    [{ type: 'signal', process: 99, signal: 'SIGTERM' }, 'ESRCH'],
    [{ type: 'signal', process: 99, signal: 15 }, 'EINVAL'],
    [{ type: 'write_file', data: '' }, 'EINVAL'],
    [{ type: 'write_file', path: '/tmp/x', mode: 'rw' }, 'EINVAL'],
    [{ type: 'read_file', path: ['/tmp/x'] }, 'EINVAL'],
    [{ type: 'shutdown', how: 'gently' }, 'EINVAL'],
  ];
  for (const [index, [request, errno]] of requests.entries()) {
    send({ ...request, id: index + 1 });
    t.match(await next(), { type: 'error', id: index + 1, errno }, JSON.stringify(request));
  }
});

void t.test('sends again what it is asked for', async (t) => {
  const { line } = await startAgent(t);
  const { send, next } = talk(line);
  const hello = await next();
  send({ type: 'spawn', id: 1, argv: ['echo', 'once'] });
  const first = [await next(), await next(), await next()];
  t.strictSame(
    first.map(({ type }) => type),
    ['result', 'out', 'exit'],
  );
  send({ type: 'resend', from: 0 });
  t.strictSame([await next(), await next(), await next(), await next()], [hello, ...first]);
  send({ type: 'resend', from: 1_000_000 });
  t.match(await next(), { type: 'error', id: 0, errno: 'ENODATA' });
});

void t.test('one write to stdin at a time', async (t) => {
  const { line } = await startAgent(t);
  const { send, next } = talk(line);
  await next();
  send({ type: 'spawn', id: 1, argv: ['sleep', '1000'], stdin: true });
  await next();
  const data = Buffer.alloc(32_768).toString('base64');
  for (const id of [2, 3]) {
    send({ type: 'stdin', id, process: 1, data });
    t.match(await next(), { type: 'result', id }, 'the pipe takes 64 KiB');
  }
  send({ type: 'stdin', id: 4, process: 1, data });
  send({ type: 'stdin', id: 5, process: 1, data });
  t.match(await next(), { type: 'error', id: 5, errno: 'EBUSY' });
  send({ type: 'signal', id: 6, process: 1, signal: 'SIGKILL' });
  t.match(await next(), { type: 'result', id: 6 });
  t.match(await next(), { type: 'error', id: 4, errno: 'EPIPE' });
  t.match(await next(), { type: 'exit', process: 1, signal: 'SIGKILL' });
});

void t.test('ends with a word on stderr when the line is cut', async (t) => {
  const { line, ended } = await startAgent(t);
  await talk(line).next();
  line.destroy();
  t.match(await ended, { exitCode: 1, stderr: /dirsync-agent: the line to the host ended/ });
});
