/** What is told in other forms: JSON, rsync's eleven characters, a log file; and the limit of the rate. */
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { jsonEvent } from '../../userland/src/cli/json/schema.ts';
import { Lab } from '../helpers/syncer.ts';

void t.test('--json: one event a line, from start to end, whatever happens', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'abc');
  const live = lab.start(t, ['--json', '--log-file=log']);
  await live.output(/"event":"ready"/);
  writeFileSync(join(lab.source, 'more'), 'abc');
  await live.output(/"event":"copied".*"path":"more"/);
  const { code, stdout, stderr } = await live.stop();
  t.match({ code, stderr }, { code: 0, stderr: '' });
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => jsonEvent.parse(JSON.parse(line)));
  t.match(events[0], { event: 'start', source: 'source', destination: 'destination', once: false });
  t.match(events.slice(-2), [
    { event: 'stats', copied: Number },
    { event: 'end', exitCode: 0 },
  ]);
  const log = readFileSync(join(lab.dir, 'log'), 'utf8');
  t.match(log, /^\d{4}-\d\d-\d\dT[\d:.]+Z Copied: source\/file -> destination\/file$/m);
  t.match(log, /Exit: 0\n$/);

  const refused = await lab.run(['--json', '--log-file=log', 'nowhere', 'destination']);
  t.equal(refused.code, 3);
  t.match(jsonEvent.parse(JSON.parse(refused.stdout)), { event: 'end', exitCode: 3, code: 'SOURCE_MISSING' });
  t.ok(readFileSync(join(lab.dir, 'log'), 'utf8').startsWith(log), 'the log is appended to');
});

void t.test('--itemize, and --modify-window in a scan and in one entry', async (t) => {
  const lab = new Lab(t);
  const file = join(lab.source, 'file');
  mkdirSync(join(lab.source, 'sub'));
  mkdirSync(lab.destination);
  writeFileSync(file, 'abc');
  utimesSync(file, 1000, 1000);
  const first = (await lab.once('-i')).stdout.split('\n');
  t.strictSame(first.slice(0, -1).toSorted(), ['>f+++++++++ file', 'cd+++++++++ sub/']);
  utimesSync(file, 1000.5, 1000.5);
  const once = (...args: string[]) =>
    lab.once('-i', ...args).then(({ stdout }) => stdout.split('\n').slice(0, -1));
  t.strictSame(await once('--modify-window=0.5'), []);
  chmodSync(file, 0o600);
  t.strictSame(await once('--modify-window=500ms'), ['.f...p..... file']);
  t.strictSame(await once('--modify-window=0.4'), ['>f..t...... file']);
  writeFileSync(join(lab.destination, 'extra'), '');
  t.strictSame(await once(), ['*deleting   extra']);
});

void t.test('--bwlimit: no more than that in the time it took', async (t) => {
  const lab = new Lab(t);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(lab.source, name), Buffer.alloc(256 * 1024, name));
  const begin = performance.now();
  t.equal((await lab.once('--bwlimit=512K')).code, 0);
  // 768 KiB at 512 KiB a second, less what may be saved up and the last piece.
  t.ok(performance.now() - begin > 1000, 'it took its time');
  t.equal(readFileSync(join(lab.destination, 'c'), 'latin1'), 'c'.repeat(256 * 1024));
});
