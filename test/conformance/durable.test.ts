/** `--fsync`: what is told is on the disk before it is told. Read off the system calls. */
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  linkSync,
} from 'node:fs';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { execaSync } from 'execa';
import t from 'tap';
import { STRACE_MISSING, tracing } from '../helpers/strace.ts';
import { Lab } from '../helpers/syncer.ts';

const CALLS =
  'fsync,fdatasync,write,writev,pwrite64,copy_file_range,rename,renameat,renameat2,mkdirat,unlinkat,symlinkat,linkat,fchmodat,fchmod,chmod,utimensat';

/** One call, with the path behind each descriptor: `fsync(17</dst/directory>) = 0`. */
interface Call {
  readonly name: string;
  readonly text: string;
}

function readCalls(log: string): Call[] {
  const calls: Call[] = [];
  const halves = new Map<string, string>();
  for (const line of log.split('\n')) {
    const [, pid = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const begun = /^(.*) <unfinished \.\.\.>$/.exec(text);
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    if (begun !== null) halves.set(pid, begun[1] ?? '');
    else {
      const whole = resumed === null ? text : `${halves.get(pid)}${resumed[1]}`;
      const name = /^(\w+)\(/.exec(whole)?.[1];
      // In the order of their ends: a line is told after what is before it was done.
      if (name !== undefined && !/= -1 /.test(whole)) calls.push({ name, text: whole });
    }
  }
  return calls;
}

/** Where the first call that matches is; fails the test when there is none. */
function find(calls: readonly Call[], pattern: RegExp, from = 0): number {
  const at = calls.findIndex((call, index) => index >= from && pattern.test(call.text));
  return at;
}

const sync = (path: string): RegExp => new RegExp(`^fsync\\(\\d+<[^>]*/destination${path}>`);
const told = (line: string): RegExp => new RegExp(`^writev?\\(1<.*${line}`);

void t.test('each change reaches the disk before its line', { skip: STRACE_MISSING }, async (t) => {
  const lab = new Lab(t);
  const { source } = lab;
  mkdirSync(join(source, 'a'));
  writeFileSync(join(source, 'a/old'), 'x');
  writeFileSync(join(source, 'gone'), 'x');
  writeFileSync(join(source, 'mode'), 'x');
  const log = join(lab.dir, 'calls');
  const within = tracing(CALLS, log, '-s', '400');
  const live = await lab.watch(t, ['--fsync'], { within });
  const steps: readonly (readonly [RegExp, () => void])[] = [
    [/^Copied: source\/a\/file -> /m, () => writeFileSync(join(source, 'a/file'), 'data')],
    [/^Copied: source\/mode -> /m, () => writeFileSync(join(source, 'mode'), 'other data')],
    [/^Copied: source\/a\/symlink -> /m, () => symlinkSync('file', join(source, 'a/symlink'))],
    [/^Created directory: destination\/a\/sub$/m, () => mkdirSync(join(source, 'a/sub'))],
    [
      /^Renamed: destination\/a\/old -> destination\/new$/m,
      () => renameSync(join(source, 'a/old'), join(source, 'new')),
    ],
    [/^Deleted: destination\/gone$/m, () => unlinkSync(join(source, 'gone'))],
    [/^Updated: destination\/mode$/m, () => chmodSync(join(source, 'mode'), 0o600)],
    [/^Linked: destination\/a\/link -> /m, () => linkSync(join(source, 'a/file'), join(source, 'a/link'))],
    [/^Deleted: destination\/a\/sub$/m, () => rmSync(join(source, 'a/sub'), { recursive: true })],
  ];
  for (const [line, change] of steps) {
    change();
    await live.output(line, 60_000);
  }
  // strace passes no signal on: the syncer itself is its child.
  const [syncer = ''] = execaSync('pgrep', ['-P', String(live.pid)]).stdout.split('\n');
  process.kill(Number(syncer), 'SIGINT');
  await live.ended();
  const calls = readCalls(readFileSync(log, 'utf8'));
  /** The calls, in this order, with nothing left out. */
  const inOrder = (what: string, ...patterns: RegExp[]): void => {
    let at = -1;
    for (const pattern of patterns) {
      const next = find(calls, pattern, at + 1);
      if (next === -1) {
        t.fail(`${what}: no ${String(pattern)} after ${calls[at]?.text ?? 'the begin'}`);
        return;
      }
      at = next;
    }
    t.pass(what);
  };
  inOrder('the new destination', /^mkdirat\([^)]*destination/, /^fsync\(\d+<[^>]*dirsync-test-\w+>/);
  inOrder(
    'a new file',
    // It has no name, for which strace has one, or a temporary one.
    /^p?write\w*\(\d+<[^>]*\/a\/(#\d+|\.dirsync-\w+\.tmp)>(\(deleted\))?, "data"/,
    sync('/a/[^/]+'),
    /^(linkat|renameat2?)\(.*"file"/,
    sync('/a'),
    told('Copied: source/a/file'),
  );
  inOrder(
    'a file in place of another',
    /^p?write\w*\(\d+<[^>]*tmp>, "other data"/,
    sync('/\\.dirsync-\\w+\\.tmp'),
    /^renameat2?\(.*"mode"/,
    sync(''),
    told('Copied: source/mode'),
  );
  inOrder(
    'a symlink',
    /^symlinkat\(/,
    /^renameat2?\(.*"symlink"/,
    sync('/a'),
    told('Copied: source/a/symlink'),
  );
  inOrder('a directory', /^mkdirat\(.*"sub"/, sync('/a'), told('Created directory: destination/a/sub'));
  inOrder('a rename', /^renameat2?\(.*"new"/, sync(''), sync('/a'), told('Renamed: '));
  inOrder('a removal', /^unlinkat\(.*"gone"/, sync(''), told('Deleted: destination/gone'));
  inOrder('a mode', /^chmod\(.*0600/, sync('/mode'), sync(''), told('Updated: destination/mode'));
  inOrder('a link', /^linkat\(.*tmp"/, /^renameat2?\(.*"link"/, sync('/a'), told('Linked: '));
  inOrder(
    'the end of a directory',
    /^unlinkat\(.*"sub", AT_REMOVEDIR/,
    sync('/a'),
    told('Deleted: destination/a/sub'),
  );
  inOrder(
    'the mtime of a directory',
    /^unlinkat\(.*"sub", AT_REMOVEDIR/,
    /^utimensat\(\d+<[^>]*destination\/a>, NULL/,
    sync('/a'),
  );
});
