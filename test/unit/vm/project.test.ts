import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { CHECKOUT } from '../../../vm/paths.ts';
import { PROJECT_FILE, readProject } from '../../../vm/project.ts';

const COMPLETE = {
  name: 'hello',
  series: 'series',
  fragments: ['hello.config', { path: 'debug.config', flavours: ['debug', 'kasan'] }],
  guestPrograms: ['*.c'],
  packagedPrograms: ['*-main.ts'],
  hostPrograms: ['rsync'],
  selftests: ['hello', 'filesystems/hello'],
  tests: ['*.test.ts'],
  files: { '/etc/hello': 'greeting' },
  gdb: { break: '__do_sys_hello', run: ['hello_test'] },
};

/** A folder with all that `COMPLETE` names, and `content` as its project. */
function folderWith(t: Test, content: unknown): string {
  const dir = t.testdir();
  mkdirSync(join(dir, 'series'));
  const names = [
    'series/series',
    'hello.config',
    'debug.config',
    'a.c',
    'b.c',
    'hello.test.ts',
    'hello-main.ts',
    'greeting',
  ];
  for (const name of names) writeFileSync(join(dir, name), '');
  writeFileSync(join(dir, PROJECT_FILE), typeof content === 'string' ? content : JSON.stringify(content));
  return dir;
}

void t.test("the checkout's own", (t) => {
  const project = readProject();
  t.match(project, { name: 'dirsync', dir: CHECKOUT, syncer: true });
  t.ok(project.tests.length > 1 && project.guestSources.length > 1);
  t.end();
});

void t.test('paths and globs start at its folder, whether that or the file is named', (t) => {
  const dir = folderWith(t, COMPLETE);
  const project = readProject(dir);
  t.same(project, {
    name: 'hello',
    dir,
    seriesDir: join(dir, 'series'),
    fragments: [
      { path: join(dir, 'hello.config') },
      { path: join(dir, 'debug.config'), flavours: ['debug', 'kasan'] },
    ],
    guestSources: [join(dir, 'a.c'), join(dir, 'b.c')],
    packagedSources: [join(dir, 'hello-main.ts')],
    hostPrograms: ['rsync'],
    selftests: ['hello', 'filesystems/hello'],
    tests: [join(dir, 'hello.test.ts')],
    syncer: false,
    files: [{ guestPath: '/etc/hello', source: join(dir, 'greeting') }],
    gdb: { break: '__do_sys_hello', run: ['hello_test'] },
  });
  t.same(readProject(join(dir, PROJECT_FILE)), project);
  t.end();
});

void t.test('a name and a series are enough', (t) => {
  const dir = folderWith(t, { name: 'hello', series: 'series' });
  t.match(readProject(dir), {
    fragments: [],
    guestSources: [],
    selftests: [],
    tests: [],
    files: [],
    gdb: undefined,
  });
  t.end();
});

void t.test('every mistake is told with its place', (t) => {
  const mistakes: readonly [unknown, RegExp][] = [
    ['{', /JSON/],
    [{ series: 'series' }, /name: /],
    [{ ...COMPLETE, name: '../x' }, /name: lower-case/],
    [{ ...COMPLETE, guestProgrammes: [] }, /guestProgrammes/],
    [{ ...COMPLETE, fragments: [{ path: 'hello.config', flavours: ['stock'] }] }, /fragments\.0: a path, or/],
    [{ ...COMPLETE, files: { 'etc/hello': 'greeting' } }, /files[^]*absolute/],
    [{ ...COMPLETE, selftests: ['../hello'] }, /selftests\.0: a folder below tools\/testing\/selftests/],
    [{ ...COMPLETE, series: 'sereis' }, /series: sereis\/series does not exist/],
    [{ ...COMPLETE, fragments: ['none.config'] }, /fragments: none\.config does not exist/],
    [
      { ...COMPLETE, tests: ['*.spec.ts'], guestPrograms: ['*.cc'] },
      /\*\.cc matches nothing[^]*\*\.spec\.ts/,
    ],
  ];
  for (const [content, found] of mistakes) {
    t.throws(
      () => readProject(folderWith(t, content)),
      { code: 'BAD_PROJECT', verdict: 'USAGE', found },
      String(found),
    );
  }
  t.throws(() => readProject(join(t.testdir(), 'none.json')), { code: 'NO_PROJECT' });
  t.end();
});
