/** A syncer that stands by, as the harness keeps it in a snapshot. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { SYNCER } from '../helpers/syncer.ts';

void t.test('it goes on with the arguments, folder and environment that it is given', async (t) => {
  const folder = t.testdir({ source: { 'gr\u00fc\u00df': 'content' }, destination: {} });
  mkdirSync(join(folder, 'd\u00e9st'));
  const words = ['-u', 'NODE_OPTIONS', 'DIRSYNC_STANDBY=1', ...SYNCER];
  const syncer = execa('env', words, { reject: false });
  let order: string | undefined = JSON.stringify({
    argv: ['--once', 'source', Buffer.from('d\u00e9st').toString('latin1')],
    cwd: Buffer.from(folder).toString('latin1'),
    env: {},
  });
  for await (const line of syncer.iterable()) {
    if (order === undefined) continue;
    t.equal(line, 'standby', 'nothing is said or done before');
    syncer.stdin.end(`${order}\n`);
    order = undefined;
  }
  t.equal((await syncer).exitCode, 0, (await syncer).stderr);
  t.equal(readFileSync(join(folder, 'd\u00e9st', 'gr\u00fc\u00df'), 'utf8'), 'content');
});
