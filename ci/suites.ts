/** The test suites, in the order in which they run: the quick ones first, so that a plain mistake is told early. */

export interface Suite {
  readonly name: string;
  readonly what: string;
  /** Prints TAP on stdout and answers with a truthful exit code. */
  readonly command: readonly [string, ...string[]];
}

/** tap as a TAP printer: one file at a time where timing is measured, since two cores are soon full. */
function tap(jobs: number, ...args: string[]): [string, ...string[]] {
  return ['tap', '--reporter=tap', `--jobs=${jobs}`, ...args];
}

const NO_COVERAGE = ['--disable-coverage', '--allow-empty-coverage', '--timeout=300'];

export const SUITES: readonly Suite[] = [
  {
    name: 'unit',
    what: 'every module by itself, the build path on a tiny fake kernel tree',
    command: tap(2, '--timeout=120', 'test/unit/**/*.test.ts'),
  },
  {
    name: 'conformance',
    what: "the syncer on this host's own kernel",
    command: tap(1, ...NO_COVERAGE, 'test/conformance/*.test.ts'),
  },
  {
    name: 'harness',
    what: 'guests that panic, hang, get lost or never boot: each must give its verdict',
    command: tap(2, ...NO_COVERAGE, 'test/harness/*.test.ts'),
  },
  {
    name: 'e2e',
    what: 'the syscall and the packaged syncer in the guest',
    command: ['npm', 'run', '--silent', 'vm:test'],
  },
];
