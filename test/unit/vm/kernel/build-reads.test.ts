import t from 'tap';
import { changesToBuild, isReadByBuild } from '../../../../vm/kernel/build-reads.ts';

void t.test(
  'texts for people and selftests are not read by a build; code, and what builds it, is',
  (test) => {
    const unread = [
      'Documentation/userspace-api/dirsync.rst',
      'Documentation/admin-guide/sysctl/index.txt',
      'MAINTAINERS',
      'fs/notes.rst',
      'tools/testing/selftests/dirsync/Makefile',
      'tools/testing/selftests/Makefile',
    ];
    const read = [
      'Documentation/Kconfig',
      'Makefile',
      'arch/x86/entry/syscalls/syscall_64.tbl',
      'fs/Kconfig',
      'fs/MAINTAINERS',
      'fs/dirsync.c',
      'include/uapi/linux/dirsync.h',
      'scripts/checksyscalls.sh',
      'tools/build/Makefile.build',
      'tools/include/linux/kernel.h',
      'tools/objtool/check.c',
      'tools/testing/selftests/kselftest_module.h',
    ];
    test.same(unread.filter(isReadByBuild), []);
    test.same(
      read.filter((path) => !isReadByBuild(path)),
      [],
    );
    test.end();
  },
);

void t.test('a file that goes from or to where the build reads counts', (test) => {
  const [text, code] = ['Documentation/a.rst', 'fs/a.c'];
  const moves = [
    { oldPath: text, newPath: code, hunks: [] },
    { oldPath: code, newPath: text, hunks: [] },
    { oldPath: code, newPath: undefined, hunks: [] },
  ];
  const others = [
    { oldPath: text, newPath: text, hunks: [] },
    { oldPath: undefined, newPath: text, hunks: [] },
  ];
  test.same(changesToBuild([...moves, ...others]), moves);
  test.end();
});
