/**
 * The test suites, in the order in which they run: the quick ones first, so that a plain mistake is told early; then those
 * that build a kernel; at last the harness's own tests, which only boot them.
 */

export interface Suite {
  readonly name: string;
  readonly what: string;
  /** Prints TAP on stdout and answers with a truthful exit code. */
  readonly command: readonly [string, ...string[]];
  /** Whether it measures coverage, which then has to be above the floor. */
  readonly coverage?: true;
}

/** tap as a TAP printer, so many files at a time. */
function tap(jobs: number, ...args: string[]): [string, ...string[]] {
  return ['tap', '--reporter=tap', `--jobs=${jobs}`, ...args];
}

/** The end-to-end tests, with options. */
function vmTest(...args: string[]): [string, ...string[]] {
  return ['npm', 'run', '--silent', 'vm:test', '--', ...args];
}

/** Seconds for a test file: what it waits for has deadlines of its own, and a machine may be busy. */
const TIMEOUT = '--timeout=900';

const NO_COVERAGE = ['--disable-coverage', '--allow-empty-coverage', TIMEOUT];

/** What can show a mistake of the kernel's: self-checking kernels are too slow to repeat what tests the syncer alone. */
const OF_THE_KERNEL = ['selftests', 'metadata-source', 'churn'].map((name) => `test/e2e/${name}.test.ts`);

export const SUITES: readonly Suite[] = [
  {
    name: 'check',
    what: 'types, lint, format and the workflow',
    command: ['node', 'ci/check.ts'],
  },
  {
    name: 'unit',
    what: 'every module by itself, the build path on a tiny fake kernel tree',
    command: tap(
      2,
      TIMEOUT,
      '--coverage-report=json-summary',
      '--allow-incomplete-coverage',
      'test/unit/**/*.test.ts',
    ),
    coverage: true,
  },
  {
    name: 'conformance',
    what: "the syncer on this host's own kernel",
    command: tap(2, ...NO_COVERAGE, 'test/conformance/*.test.ts'),
  },
  {
    name: 'e2e',
    what: 'the syscall and the packaged syncer in the guest',
    command: vmTest(),
  },
  {
    name: 'debug',
    what: 'the system calls and random changes on a kernel that proves its locking, and whose allocations fail in turn',
    command: vmTest('--kernel', 'debug', ...OF_THE_KERNEL, 'test/e2e-debug/*.test.ts'),
  },
  {
    name: 'kasan',
    what: 'the same on a kernel that checks every access to its memory',
    command: vmTest('--kernel', 'kasan', ...OF_THE_KERNEL),
  },
  {
    name: 'project',
    what: "a system call that is not ours: the harness with another's patch, program and test",
    command: vmTest('--project', 'test/fixtures/own-syscall'),
  },
  {
    name: 'harness',
    what: 'guests that panic, hang, get lost or never boot: each must give its verdict',
    command: tap(2, ...NO_COVERAGE, 'test/harness/*.test.ts'),
  },
];
