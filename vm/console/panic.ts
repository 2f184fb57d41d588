/**
 * Recognises the kernel's cries for help in its console, a line at a time.
 *
 * Each report opens with one line of a known form, which is its title; the lines that follow (registers, call trace)
 * belong to the same report. A pattern is a row of the table below: more reports are more rows.
 */

/** `panic`: the kernel is dead. `splat`: it goes on, but what it does from here proves nothing. */
export type FindingKind = 'panic' | 'splat';

export interface Finding {
  readonly kind: FindingKind;
  /** The report's opening line without time stamp and level. */
  readonly title: string;
}

const REPORTS: readonly { readonly kind: FindingKind; readonly pattern: RegExp }[] = [
  // kernel/panic.c panic(); "Attempted to kill init!" is such a line, too.
  { kind: 'panic', pattern: /^Kernel panic - not syncing: / },
  // kernel/panic.c __warn(), and lockdep's headings such as "WARNING: possible circular locking dependency detected".
  { kind: 'splat', pattern: /^WARNING: / },
  // mm, KASAN, arch/x86/mm/fault.c ("BUG: kernel NULL pointer dereference"), soft lockup, "sleeping function called".
  { kind: 'splat', pattern: /^(?:watchdog: )?BUG: / },
  { kind: 'splat', pattern: /^kernel BUG at / },
  // arch/x86/kernel/dumpstack.c: "Oops: 0002 [#1] PREEMPT SMP", "general protection fault, ...: 0000 [#1]".
  { kind: 'splat', pattern: /^(?:Oops: |general protection fault\b.*\[#\d+\]|[\w ]+: [0-9a-f]{4} \[#\d+\])/ },
];

/**
 * `[   12.345678] `, with CONFIG_PRINTK_CALLER also `[    T1] `; before it `<4>` when the level is printed.
 *
 * A splat must have the time stamp (the harness boots with printk.time=1): a program in the guest that writes
 * "WARNING: ..." to /dev/console is no splat. A panic need not: nothing else looks like one, and none may be missed.
 */
const STAMP = /^(?:<\d+>)?\[ *\d+\.\d+\] ?(?:\[ *[TC]\d+\] ?)?/;

export class SplatDetector {
  /**
   * Takes the next line of the console, whole and without its end; returns the report that it opens, if any.
   *
   * One report often has several such lines ("BUG: ..." and then "Oops: ..."): each is returned, the caller keeps the
   * first of the worst kind.
   */
  line(line: string): Finding | undefined {
    const text = line.replace(STAMP, '');
    const stamped = text.length < line.length;
    const report = REPORTS.find(({ kind, pattern }) => (stamped || kind === 'panic') && pattern.test(text));
    return report && { kind: report.kind, title: text.trim() };
  }
}
