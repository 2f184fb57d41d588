/**
 * The forms that Linux 6.1's reports have: how each opens, and the title that it gets.
 *
 * Every row is one form; where it is printed stands beside it. The first row that matches counts, so the special ones
 * come first. The titles follow syzkaller's habit: what, then "in" and the guilty function, and nothing that changes
 * from run to run (addresses, process numbers, line numbers).
 */
import type { FindingKind } from './finding.ts';

export interface Form {
  readonly kind: FindingKind;
  readonly open: RegExp;
  /** `$1` and so on stand for the groups of `open`. */
  readonly title: string;
  /** Whether the title is completed by the guilty function; a group `at` of `open` may name it. */
  readonly blames: boolean;
  /** The opening line of what the processor raised: a line with `[#1]` follows and belongs to the same report. */
  readonly oops?: true;
  /**
   * The report's last line, or that it has no other line. Without it, the end of its stack trace, another report, or a
   * pause ends it.
   */
  readonly end?: RegExp | 'at once';
}

const END_TRACE = /^---\[ end trace [0-9a-f]+ \]---/;
/** Before each WARN and BUG. */
export const CUT_HERE = /^-+\[ cut here \]-+$/;
/** The ruled line around many reports. */
export const RULE = /^={30,}$/;

/** The WARNs whose message, printed between "cut here" and the WARNING line, says more than the line itself. */
export const WARN_MESSAGES: readonly { readonly message: RegExp; readonly title: string }[] = [
  // lib/refcount.c
  { message: /^refcount_t: /, title: 'WARNING: refcount bug' },
  // lib/list_debug.c
  { message: /^list_(?:add|del) corruption/, title: 'WARNING: corrupted list' },
  // lib/debugobjects.c
  { message: /^ODEBUG: /, title: 'WARNING: ODEBUG bug' },
  // kernel/locking/*.c
  { message: /^DEBUG_(?:RWSEMS_|LOCKS_)?WARN_ON\(/, title: 'WARNING: locking bug' },
  // kernel/sched/core.c
  { message: /^do not call blocking ops when !TASK_RUNNING/, title: 'WARNING: blocking while not running' },
];

/** The same for BUGs: what is printed before "kernel BUG at". */
export const BUG_MESSAGES: typeof WARN_MESSAGES = [
  // mm/usercopy.c
  { message: /^usercopy: /, title: 'BUG: bad usercopy' },
  // lib/list_debug.c with CONFIG_BUG_ON_DATA_CORRUPTION
  { message: /^list_(?:add|del) corruption/, title: 'BUG: corrupted list' },
];

export const FORMS: readonly Form[] = [
  // kernel/exit.c do_exit(); the exit code says little, and changes.
  {
    kind: 'panic',
    open: /^Kernel panic - not syncing: (Attempted to kill init!)/,
    title: 'kernel panic: $1',
    blames: false,
  },
  // kernel/panic.c panic()
  { kind: 'panic', open: /^Kernel panic - not syncing: (.*)/, title: 'kernel panic: $1', blames: false },

  // mm/kasan/report.c, mm/kfence/report.c, mm/kmsan/report.c, kernel/kcsan/report.c: all end with a ruled line.
  {
    kind: 'splat',
    open: /^BUG: (KASAN|KMSAN|KCSAN|KFENCE): (.+?)(?: in (?<at>[\w.]+).*)?$/,
    title: 'BUG: $1: $2',
    blames: true,
    end: RULE,
  },
  // lib/ubsan.c
  { kind: 'splat', open: /^UBSAN: ([\w-]+) in \S+/, title: 'UBSAN: $1', blames: true, end: RULE },

  // kernel/panic.c __warn()
  {
    kind: 'splat',
    open: /^WARNING: CPU: \d+ PID: \d+ at (?:\S+:\d+ )?(?<at>[\w.]+)/,
    title: 'WARNING',
    blames: true,
    end: END_TRACE,
  },
  // kernel/locking/lockdep.c
  {
    kind: 'splat',
    open: /^WARNING: possible (?:circular locking dependency|recursive locking|irq lock inversion dependency) detected/,
    title: 'possible deadlock',
    blames: true,
  },
  {
    kind: 'splat',
    open: /^WARNING: [\w()]+-safe -> [\w()]+-unsafe lock order detected/,
    title: 'possible deadlock',
    blames: true,
  },
  {
    kind: 'splat',
    open: /^WARNING: inconsistent lock state/,
    title: 'inconsistent lock state',
    blames: true,
  },
  {
    kind: 'splat',
    open: /^WARNING: suspicious RCU usage/,
    title: 'WARNING: suspicious RCU usage',
    blames: true,
  },
  {
    kind: 'splat',
    open: /^WARNING: (bad unlock balance|bad contention|held lock freed)(?: detected)?!?/,
    title: 'WARNING: $1',
    blames: true,
  },
  {
    kind: 'splat',
    open: /^WARNING: (lock held when returning to user space)!/,
    title: 'WARNING: $1',
    blames: false,
  },
  {
    kind: 'splat',
    open: /^WARNING: ([^/]+)\/\d+ still has locks held!/,
    title: 'WARNING: $1 still has locks held',
    blames: false,
  },
  { kind: 'splat', open: /^\[ BUG: (Invalid wait context) \]/, title: 'BUG: $1', blames: true },
  {
    kind: 'splat',
    open: /^INFO: (trying to register non-static key)/,
    title: 'INFO: $1',
    blames: true,
  },

  // kernel/rcu/tree_stall.h, kernel/rcu/tree_exp.h
  {
    kind: 'stall',
    open: /^rcu: INFO: \w+ (?:self-detected stall|detected (?:expedited )?stalls)/,
    title: 'INFO: rcu detected stall',
    blames: true,
  },
  // kernel/watchdog.c, kernel/watchdog_hld.c
  { kind: 'stall', open: /^(?:watchdog: )?BUG: soft lockup/, title: 'BUG: soft lockup', blames: true },
  {
    kind: 'stall',
    open: /^(?:NMI watchdog: )?Watchdog detected hard LOCKUP/,
    title: 'BUG: hard lockup',
    blames: true,
  },
  // kernel/workqueue.c
  { kind: 'stall', open: /^BUG: workqueue lockup/, title: 'BUG: workqueue lockup', blames: false },
  // kernel/hung_task.c
  { kind: 'stall', open: /^INFO: task .+ blocked for more than/, title: 'INFO: task hung', blames: true },

  // arch/x86/kernel/traps.c handle_stack_overflow(), exc_double_fault()
  {
    kind: 'splat',
    open: /^BUG: (\S+ )?stack guard page was hit/,
    title: 'BUG: stack guard page was hit',
    blames: true,
    oops: true,
    end: END_TRACE,
  },
  {
    kind: 'splat',
    open: /^(?:traps: )?PANIC: double fault/,
    title: 'PANIC: double fault',
    blames: true,
    oops: true,
    end: END_TRACE,
  },
  // arch/x86/mm/fault.c show_fault_oops()
  {
    kind: 'splat',
    open: /^BUG: kernel NULL pointer dereference/,
    title: 'BUG: kernel NULL pointer dereference',
    blames: true,
    oops: true,
    end: END_TRACE,
  },
  {
    kind: 'splat',
    open: /^BUG: unable to handle (page fault|kernel)/,
    title: 'BUG: unable to handle page fault',
    blames: true,
    oops: true,
    end: END_TRACE,
  },
  // lib/bug.c report_bug()
  {
    kind: 'splat',
    open: /^kernel BUG at /,
    title: 'kernel BUG',
    blames: true,
    oops: true,
    end: END_TRACE,
  },
  // arch/x86/kernel/dumpstack.c __die_header(): "general protection fault, probably ...: 0000 [#1] SMP", "Oops: ...".
  {
    kind: 'splat',
    open: /^([a-zA-Z][a-zA-Z -]*[a-zA-Z])(?:, .*)?: [0-9a-f]{4} \[#\d+\]/,
    title: '$1',
    blames: true,
    end: END_TRACE,
  },

  // kernel/sched/core.c
  {
    kind: 'splat',
    open: /^BUG: (sleeping function called from invalid context|scheduling while atomic)/,
    title: 'BUG: $1',
    blames: true,
  },
  // lib/smp_processor_id.c
  {
    kind: 'splat',
    open: /^BUG: (using \w+(?:\(\))?) in preemptible/,
    title: 'BUG: $1 in preemptible code',
    blames: true,
  },
  // kernel/locking/spinlock_debug.c
  {
    kind: 'splat',
    open: /^BUG: ((?:spin|rw)lock [a-z ]+?)(?:,| on CPU)/,
    title: 'BUG: $1',
    blames: true,
  },
  // kernel/workqueue.c process_one_work()
  {
    kind: 'splat',
    open: /^BUG: workqueue leaked lock or atomic/,
    title: 'BUG: workqueue leaked lock or atomic',
    blames: false,
  },
  // mm/page_alloc.c, mm/memory.c, mm/filemap.c, kernel/fork.c
  { kind: 'splat', open: /^BUG: (Bad page (?:state|map|cache)) in process/, title: 'BUG: $1', blames: true },
  {
    kind: 'splat',
    open: /^BUG: (Bad rss-counter state|non-zero pgtables_bytes on freeing mm)/,
    title: 'BUG: $1',
    blames: false,
    end: 'at once',
  },
  // mm/slub.c slab_bug()
  {
    kind: 'splat',
    open: /^BUG ([\w-]+) \((?:Not tainted|Tainted).*?\): (.+)/,
    title: 'BUG $1: $2',
    blames: false,
  },
  // fs/dcache.c umount_check()
  { kind: 'splat', open: /^BUG: Dentry .* still in use/, title: 'BUG: Dentry still in use', blames: false },
  // Whatever else calls itself a bug, without the values in it.
  { kind: 'splat', open: /^BUG: (.+)/, title: 'BUG: $1', blames: false },
  { kind: 'splat', open: /^WARNING: (.+)/, title: 'WARNING: $1', blames: false },

  // mm/oom_kill.c
  {
    kind: 'splat',
    open: /^(.+) invoked oom-killer: /,
    title: 'Out of memory: $1 invoked the OOM killer',
    blames: false,
    end: /^(?:Memory cgroup out of memory|Out of memory)\b.*: Killed process /,
  },
  {
    kind: 'splat',
    open: /^Out of memory and no killable processes/,
    title: 'Out of memory and no killable processes',
    blames: false,
  },
  // net/core/dev.c netdev_wait_allrefs_any()
  {
    kind: 'splat',
    open: /^unregister_netdevice: waiting for (\S+) to become free/,
    title: 'unregister_netdevice: waiting for $1 to become free',
    blames: false,
    end: 'at once',
  },
  // fs/super.c generic_shutdown_super()
  {
    kind: 'splat',
    open: /^VFS: Busy inodes after unmount of/,
    title: 'VFS: Busy inodes after unmount',
    blames: false,
    end: 'at once',
  },
  // kernel/irq/spurious.c
  { kind: 'splat', open: /^irq \d+: nobody cared/, title: 'irq: nobody cared', blames: false },
  // arch/x86/mm/extable.c
  {
    kind: 'splat',
    open: /^unchecked MSR access error: (\w+)/,
    title: 'unchecked MSR access error: $1',
    blames: true,
  },
];

/**
 * Panics that only carry out what a report before them led to: kernel/panic.c check_panic_on_warn(), the watchdogs,
 * arch/x86/kernel/dumpstack.c oops_end(), traps.c.
 */
export const CONSEQUENT_PANIC =
  /^Kernel panic - not syncing: (?:Fatal exception|.*panic_on_warn set|softlockup: hung tasks|hung_task: blocked tasks|RCU Stall|Machine halted|.* stack guard hit|Out of memory: .*panic_on_oom|System is deadlocked on memory|Hard LOCKUP)/;

/** The `[#1]` line that follows the opening line of an oops. */
export const DIE_LINE = /: [0-9a-f]{4} \[#\d+\]/;
