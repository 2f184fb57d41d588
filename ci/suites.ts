/**
 * The test suites, in the order in which they run: the quick ones first, so that a plain mistake is told early; e2e, which
 * builds the kernels, before the harness's own tests, which only boot them.
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

const NO_COVERAGE = ['--disable-coverage', '--allow-empty-coverage', '--timeout=300'];

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
      '--timeout=300',
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
    command: ['npm', 'run', '--silent', 'vm:test'],
  },
  {
    name: 'harness',
    what: 'guests that panic, hang, get lost or never boot: each must give its verdict',
    command: tap(2, ...NO_COVERAGE, 'test/harness/*.test.ts'),
  },
];
