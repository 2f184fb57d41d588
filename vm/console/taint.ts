/** The flags of /proc/sys/kernel/tainted in words: Documentation/admin-guide/tainted-kernels.rst of Linux 6.1. */

/** By bit number: the letter that oopses print, and what it stands for. */
const FLAGS: readonly (readonly [letter: string, meaning: string])[] = [
  ['P', 'a proprietary module was loaded'],
  ['F', 'a module was force loaded'],
  ['S', 'the kernel runs on a processor or system that is out of specification'],
  ['R', 'a module was force unloaded'],
  ['M', 'a processor reported a machine check'],
  ['B', 'a bad page was referenced, or KASAN reported'],
  ['U', 'user space asked for it'],
  ['D', 'the kernel died: there was an oops or a BUG'],
  ['A', 'an ACPI table was overridden'],
  ['W', 'the kernel issued a warning'],
  ['C', 'a staging driver was loaded'],
  ['I', 'a bug of the firmware is worked around'],
  ['O', 'a module from outside the tree was loaded'],
  ['E', 'an unsigned module was loaded'],
  ['L', 'a soft lockup occurred'],
  ['K', 'the kernel was live patched'],
  ['X', 'auxiliary taint of the distribution'],
  ['T', 'the kernel was built with the struct randomization plugin'],
  ['N', 'an in-kernel test was run'],
];

/** What `after` has and `before` had not, e.g. `['W (the kernel issued a warning)']`, lowest bit first. */
export function newTaint(before: number, after: number): string[] {
  return Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => hasBit(after, bit) && !hasBit(before, bit))
    .map((bit) => {
      const [letter = String(bit), meaning = 'a flag that Linux 6.1 does not know'] = FLAGS[bit] ?? [];
      return `${letter} (${meaning})`;
    });
}

function hasBit(flags: number, bit: number): boolean {
  return Math.floor(flags / 2 ** bit) % 2 === 1;
}
