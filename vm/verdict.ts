/**
 * The closed set of ways in which a run can end, with one exit code each.
 *
 * The order is the order of reporting: where several guests of one run ended differently, the run's verdict is the
 * first of these that any of them had.
 */
export const VERDICTS = ['PANIC', 'SPLAT', 'HANG', 'BOOT', 'LOST', 'INFRA', 'USAGE', 'FAIL', 'PASS'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Exit codes of every `npm run vm:*` command. 130 (Ctrl+C) is the shell's convention and no verdict. */
export const EXIT_CODES: Readonly<Record<Verdict, number>> = {
  PASS: 0,
  FAIL: 1,
  USAGE: 2,
  PANIC: 3,
  SPLAT: 4,
  HANG: 5,
  BOOT: 6,
  LOST: 7,
  INFRA: 8,
};

/** Exit code after SIGINT: 128 + 2. */
export const EXIT_INTERRUPTED = 130;

/** One sentence for each verdict, as `--help` and the README print it. */
export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  PASS: 'every test passed and every guest said that it was done',
  FAIL: 'a test failed, or the patch does not apply or compile',
  USAGE: 'the command line is wrong; nothing was started',
  PANIC: 'the guest kernel panicked',
  SPLAT: 'the guest kernel logged a WARN, BUG or similar report',
  HANG: 'the guest stopped answering before its deadline',
  BOOT: 'the guest never reached the agent',
  LOST: 'QEMU or the guest went away without a word',
  INFRA: 'the host failed: no QEMU, no disk space, no source',
};

/** The verdict of a run in which the given verdicts occurred; no verdict at all is a failure, never a pass. */
export function worstVerdict(verdicts: Iterable<Verdict>): Verdict {
  const seen = new Set(verdicts);
  return VERDICTS.find((verdict) => seen.has(verdict)) ?? 'FAIL';
}
