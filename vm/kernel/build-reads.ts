/**
 * What of the tree a build reads. What it does not read cannot change the kernel, and is no reason to build it again: a
 * series brings its documentation and its selftests along, which are edited more often than the code.
 */
import type { FileChange } from './patch-file.ts';

/** Never read: texts for people, and the programs that test a kernel from outside. */
const FOR_PEOPLE = /^Documentation\/|^MAINTAINERS$|\.rst$|^tools\/testing\//;

/**
 * Read all the same, although they match the above: `lib/Kconfig.debug` sources the one, the tests in `lib/` (`TEST_PRINTF`
 * and its like) include the other. All else of `tools/` is read: objtool is built from it, the host's programs include it.
 */
const READ = new Set(['Documentation/Kconfig', 'tools/testing/selftests/kselftest_module.h']);

/** Whether a build of bzImage may read the file; `path` starts at the tree's top. */
export function isReadByBuild(path: string): boolean {
  return READ.has(path) || !FOR_PEOPLE.test(path);
}

/** The changes that can change what is built: a file counts by its old and its new path. */
export function changesToBuild(changes: readonly FileChange[]): FileChange[] {
  return changes.filter(({ oldPath, newPath }) =>
    [oldPath, newPath].some((path) => path !== undefined && isReadByBuild(path)),
  );
}
