/**
 * Finds the function that a report is about: the innermost one that is neither part of the reporting nor a service that
 * was only asked for something by the one at fault.
 */

/** `  foo+0x12/0x80`, `RIP: 0010:foo+0x12/0x80`; a `? ` marks what only happened to lie on the stack. */
const FRAME = /^\s+(?!\? )(?:<\w+> )?([\w.]+)\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[\w+\])?$/;
const RIP = /^RIP: 0010:([\w.]+)\+0x/;
/** Between these the processor tells how it came to report, which is not what it did. */
const NMI_BEGIN = /^\s+<NMI>/;
const NMI_END = /^\s+<\/NMI>/;

/** What reports: detectors, the printing of stacks, the ways into an exception. */
const REPORTERS = [
  /^(?:dump_stack|show_|print_|warn_|__warn|report_bug|handle_bug|oops_|die|__die|panic|nmi_)/,
  /^(?:asm_)?(?:exc_|sysvec_|common_interrupt)/,
  /^(?:kasan_|__kasan_|__asan_|kfence_|kmsan_|kcsan_|__ubsan_|ubsan_|check_memory_region|end_report)/,
  /^(?:lockdep_|__lock_acquire|lock_acquire|lock_release|__lock_release|lock_is_held|validate_chain|check_|mark_)/,
  /^(?:find_usage|bad_range|register_lock_class|debug_|___?might_|__might_|might_|__schedule_bug|ss_bug)/,
  /^(?:refcount_warn_|__list_\w+_valid|usercopy_abort|__check_(?:object|heap)|object_err|slab_(?:err|bug|fix))/,
  /^(?:bad_page|free_page_is_bad|page_fault_oops|__bad_area|bad_area|do_(?:user|kern)_addr_fault|no_context)/,
  /^(?:rcu_|watchdog_|update_process_times|tick_|hrtimer_|__hrtimer_|__sysvec_|nmi_|trigger_|touch_|arch_trigger)/,
  /^(?:perf_|do_error_trap|do_trap|kernel_exc|double_fault|handle_stack_overflow|fixup_|search_|early_)/,
  /^(?:spin_(?:bug|dump)|rwlock_bug|do_raw_|invalid_op|irq_(?:exit|enter)|__irq_exit|lock_acquired)/,
];

/** What others call to lock, wait, allocate, free or copy: where it fails, its caller is to blame. */
const SERVICES = [
  /^_?_?_?(?:raw_)?(?:spin|read|write)_(?:lock|unlock|trylock)/,
  /^_?_?(?:mutex|rt_mutex|ww_mutex)_/,
  /^_?_?(?:down|up)_(?:read|write|interruptible|killable|timeout|trylock)/,
  /^(?:down|up)$/,
  /^_?_?(?:schedule|io_schedule|preempt_schedule|cond_resched|wait_for_|do_wait_|msleep|usleep|ssleep|swait_)/,
  /^_?_?(?:delay_|delay|const_udelay|udelay|ndelay|native_|pv_|paravirt_|cpu_relax|rep_nop|halt)/,
  /^_?_?(?:kmalloc|kzalloc|kcalloc|krealloc|kfree|kvmalloc|kvfree|kmem_cache|vmalloc|vfree|vzalloc|slab_|cache_)/,
  /^_?_?(?:slub_|free_to_partial|kmalloc_trace|do_slab_free|free_(?:debug|consistency|pages|unref|pcp|large)|get_free)/,
  /^_?_?(?:memcpy|memset|memmove|memcmp|memchr|str\w+|copy_(?:to|from)_|copy_user|get_user|put_user)/,
  /^_?_?(?:list_(?:add|del)|refcount_|kref_|kobject_put|flush_work|flush_workqueue|free_pages_|alloc_pages)/,
  /^_?_?_?(?:free_pages|alloc_pages|get_page_from_freelist|fortify_panic|netdev_wait_allrefs)/,
  /^(?:lock_sock|release_sock|rcu_read|srcu_|synchronize_)/,
];

/** GCC's names for parts and copies of a function. */
const VARIANT = /\.(?:isra|constprop|part|cold|localalias|llvm)(?:\.\d+)*$/;

/**
 * The guilty function of a report.
 *
 * @param named the function that the report's opening line names, which wins if it can be one
 * @param lines the report's lines without stamps, in their order
 * @param running whether it is the function that a processor is in (a stall), before any that only waits
 * @returns undefined when no line names a function that could be it
 */
export function guiltyFunction(
  named: string | undefined,
  lines: readonly string[],
  running: boolean,
): string | undefined {
  const candidates = named === undefined ? [] : [named];
  let inNmi = false;
  for (const line of lines) {
    if (NMI_BEGIN.test(line)) inNmi = true;
    if (NMI_END.test(line)) inNmi = false;
    const name = (RIP.exec(line) ?? (inNmi ? null : FRAME.exec(line)))?.[1];
    if (name !== undefined) candidates.push(name);
  }
  if (running) candidates.unshift(...lines.flatMap((line) => RIP.exec(line)?.[1] ?? []));
  return candidates.map(plainName).find((name) => !excused(name));
}

function plainName(name: string): string {
  let plain = name;
  while (VARIANT.test(plain)) plain = plain.replace(VARIANT, '');
  return plain;
}

function excused(name: string): boolean {
  return [...REPORTERS, ...SERVICES].some((pattern) => pattern.test(name));
}
