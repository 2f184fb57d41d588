/** Several pairs in one process, by --config. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { jsonEvent } from '../../userland/src/cli/json/schema.ts';
import { Lab, type LiveSyncer } from '../helpers/syncer.ts';
import { compareTrees } from '../helpers/tree.ts';
import { waitEqual } from '../helpers/wait.ts';

/** A lab with a folder `conf`, in it a file `d.toml` and sources of these names, each with a file; `head` comes first. */
function labWith(t: Test, names: readonly string[], head = ''): Lab {
  const lab = new Lab(t);
  for (const name of names) {
    mkdirSync(join(lab.dir, 'conf', name), { recursive: true });
    writeFileSync(join(lab.dir, 'conf', name, 'file'), name);
  }
  const pairs = names.map(
    (name) => `[[pair]]\nname = "${name}"\nsource = "${name}"\ndestination = "../to-${name}"\n`,
  );
  writeFileSync(join(lab.dir, 'conf/d.toml'), [head, ...pairs].join('\n'));
  return lab;
}

const CONFIG = ['--config', 'conf/d.toml'];
const from = (lab: Lab, name: string): string => join(lab.dir, 'conf', name);
const to = (lab: Lab, name: string): string => join(lab.dir, `to-${name}`);

async function bothWatch(live: LiveSyncer): Promise<void> {
  await live.output(/^\[one\] Watching directory: conf\/one\. Press Ctrl\+C to stop\.$/m);
  await live.output(/^\[two\] Watching directory: conf\/two\. Press Ctrl\+C to stop\.$/m);
}

void t.test('two pairs live; one source goes away, the other pair goes on', async (t) => {
  const lab = labWith(t, ['one', 'two']);
  const live = lab.startWith(t, CONFIG);
  await bothWatch(live);
  for (const name of ['one', 'two']) {
    writeFileSync(join(from(lab, name), 'more'), name);
    t.strictSame(await waitEqual(from(lab, name), to(lab, name)), []);
    await live.output(
      new RegExp(`^\\[${name}\\] Copied: conf/${name}/more -> conf/\\.\\./to-${name}/more$`, 'm'),
    );
  }
  renameSync(from(lab, 'one'), join(lab.dir, 'elsewhere'));
  await live.errors(/^dirsync: \[one\] synchronize the source 'conf\/one': it was renamed; /m);
  await live.errors(/^dirsync: \[one\] has ended; one pair goes on$/m);
  writeFileSync(join(from(lab, 'two'), 'later'), 'x');
  t.strictSame(await waitEqual(from(lab, 'two'), to(lab, 'two')), []);
  t.strictSame(readdirSync(to(lab, 'one')).toSorted(), ['file', 'more'], 'nothing was deleted');
  const ended = await live.stop();
  t.equal(ended.code, 11, 'the worst end of all');
  t.match(ended.stderr, /^dirsync: synchronize 2 pairs: 1 failed: \[one\] .* it was renamed; .*\n$/m);
});

void t.test('--once: one pair fails, the other is done', async (t) => {
  const lab = labWith(t, ['one', 'two'], 'once = true');
  mkdirSync(join(to(lab, 'one'), 'file'), { recursive: true });
  // Where even root cannot make room: a directory with something that is left out.
  writeFileSync(join(to(lab, 'one'), 'file/kept'), '');
  const ended = await lab.run([...CONFIG, '--exclude=kept']);
  t.match(ended, { code: 23, stdout: /^\[two\] Directory synchronization completed\.$/m });
  t.match(ended.stderr, /^dirsync: \[one\] synchronize conf\/one\/file /m);
  t.match(ended.stderr, /^dirsync: synchronize 2 pairs: 1 failed: \[one\] .*1 entry failed/m);
  t.notMatch(ended.stdout, /^\[one\] .*completed/m);
  t.strictSame(compareTrees(from(lab, 'two'), to(lab, 'two')), []);
});

void t.test('what is given on the command line comes before the file', async (t) => {
  const lab = labWith(t, ['one'], 'quiet = true\nlog-file = "log"\n[defaults]\nexclude = "file"');
  t.match(await lab.run([...CONFIG, '--once', '--verbose', '--include=file', '--fsync']), {
    code: 0,
    stdout: /^\[one\] Copied: conf\/one\/file -> /m,
    stderr: '',
  });
  t.match(
    readFileSync(join(lab.dir, 'conf/log'), 'utf8'),
    /Z \[one\] Copied: /,
    "the log is in the file's folder",
  );
  writeFileSync(join(from(lab, 'one'), 'file'), 'changed');
  t.match(await lab.run([...CONFIG, '--once']), { code: 0, stdout: '' });
  t.equal(readFileSync(join(to(lab, 'one'), 'file'), 'utf8'), 'one', 'left out, and kept');
});

void t.test('--json: every event of a pair has its name, and the last one is that of all', async (t) => {
  const lab = labWith(t, ['one', 'two'], 'json = true');
  const { code, stdout } = await lab.run([...CONFIG, '--once']);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => jsonEvent.parse(JSON.parse(line)));
  t.equal(code, 0);
  for (const name of ['one', 'two']) {
    const own = events.filter(({ pair }) => pair === name);
    t.match([own[0], own.at(-1)], [{ event: 'start' }, { event: 'end', exitCode: 0 }]);
    t.match(own, new Set([{ event: 'copied', path: 'file' }, { event: 'stats' }]));
  }
  t.strictSame(
    events.filter(({ pair }) => pair === undefined).map(({ event }) => event),
    ['end'],
  );
});

void t.test('nothing is touched for a file with a mistake, nor when a pair is refused', async (t) => {
  const lab = labWith(t, ['one', 'two'], '[defaults]\nmax-delete = "many"');
  t.match(await lab.run(CONFIG), {
    code: 1,
    stdout: '',
    stderr: /^dirsync: conf\/d\.toml:2:14: max-delete = "many": it takes a number, 0 or more$/,
  });
  writeFileSync(join(lab.dir, 'bad.toml'), '\n[[pair]]\nname = "one"\nexclud = []\n');
  const bad = await lab.run(['--config', 'bad.toml']);
  t.equal(bad.code, 1);
  t.match(
    bad.stderr,
    /: 3 mistakes\nbad\.toml:2:1: .*no source;.*\n.*\nbad\.toml:4:1: .*did you mean 'exclude'\?$/,
  );
  t.match(await lab.run(['--config', 'bad.toml', 'conf/one']), {
    code: 1,
    stderr: /dirsync --config 'bad\.toml', or/,
  });
  for (const [one, two, stderr] of [
    ['conf/one > new', 'nowhere > new2', /\[two\] read the source 'nowhere': no such directory/],
    [
      'conf/one > new',
      'conf/two > new',
      /the destination 'new' of \[two\] is the destination 'new' of \[one\]/,
    ],
    ['conf/one > new', 'conf/two > new/newer', /'new\/newer' of \[two\] lies inside the destination 'new'/],
    [
      'conf/one > conf/two/new',
      'conf/two > new',
      /'conf\/two\/new' of \[one\] lies inside the source 'conf\/two'/,
    ],
  ] as const) {
    const pairs = [one, two].map((pair, at) => {
      const [source, destination] = pair.split(' > ');
      return `[[pair]]\nname = "${at === 0 ? 'one' : 'two'}"\nsource = "${source}"\ndestination = "${destination}"\n`;
    });
    writeFileSync(join(lab.dir, 'bad.toml'), pairs.join(''));
    t.match(await lab.run(['--config', 'bad.toml']), { code: 3, stdout: '', stderr }, `${one}, ${two}`);
  }
  t.notOk(existsSync(join(lab.dir, 'new')));
  t.strictSame(readdirSync(lab.dir).toSorted(), ['bad.toml', 'conf', 'source']);
});

void t.test('all pairs stop when asked to, and that is a clean end', async (t) => {
  const lab = labWith(t, ['one', 'two']);
  const live = lab.startWith(t, CONFIG);
  await bothWatch(live);
  t.match(await live.stop('SIGTERM'), { code: 0, stderr: '' });
});
