import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sendFile } from '../../../../vm/guest/file-transfer.ts';
import { connectAgent } from './real-agent.ts';

void t.test('reads and writes files of any size and mode', async (t) => {
  const { client } = await connectAgent(t);
  const dir = t.testdir();
  for (const size of [0, 1, 32_768, 32_769, 500_000]) {
    const data = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 256));
    const path = join(dir, `${size}`);
    await client.writeFile(path, data, { mode: 0o4710 });
    t.ok(readFileSync(path).equals(data), `${size} bytes written`);
    t.equal(statSync(path).mode & 0o7777, 0o4710);
    t.ok((await client.readFile(path)).equals(data), `${size} bytes read`);
  }
  await client.writeFile(join(dir, '1'), 'short');
  t.equal(readFileSync(join(dir, '1'), 'utf8'), 'short', 'replaced, not appended');
});

void t.test('a few pieces are on their way at a time, and the mode goes with the last', async (t) => {
  const modes: unknown[] = [];
  let [underWay, most] = [0, 0];
  await sendFile('/file', Buffer.alloc(300_000), 0o400, async ({ mode, append }) => {
    modes.push([append, mode]);
    underWay += 1;
    most = Math.max(most, underWay);
    await Promise.resolve();
    underWay -= 1;
  });
  t.equal(most, 4);
  t.strictSame(modes, [
    [false, undefined],
    ...Array.from({ length: 8 }, () => [true, undefined]),
    [true, 0o400],
  ]);
});

void t.test('the first piece that fails ends it', async (t) => {
  let count = 0;
  const failing = sendFile('/file', Buffer.alloc(1_000_000), undefined, async () => {
    count += 1;
    if (count === 2) throw new Error('no space');
  });
  await t.rejects(failing, { message: 'no space' });
  t.ok(count < 10, 'what was not on its way is not sent');
});
