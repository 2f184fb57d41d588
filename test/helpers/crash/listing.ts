/** What a tree in the guest holds, one line an entry: cheap enough to be asked at each of a hundred power cuts. */
import type { Vm } from '../../../vm/qemu/vm.ts';
import { must } from '../guest.ts';

/** Lines by path. Of a directory only that it is one: its time is its entries', and it is closed until they are there. */
export type Listing = ReadonlyMap<string, string>;

/** An unfinished file of the syncer. */
const UNFINISHED = /(^|\/)\.dirsync-[0-9a-f]{8}\.tmp$/;

const SCRIPT = `
find . -type d -exec stat -c '%n//directory' {} +
find . ! -type d -exec stat -c '%n//%f %s %Y' {} +
find . -type l -exec sh -c 'for name; do echo "$name//-> $(readlink "$name")"; done' sh {} +
find . -type f -exec sha256sum {} + | sed 's,^\\([^ ]*\\)  \\(.*\\),\\2//\\1,'
`;

/** The entries below `folder`, which may be missing; names without newlines and `//`. */
export async function listing(vm: Vm, folder: string): Promise<Listing> {
  const stdout = await must(vm, `if cd '${folder}'; then ${SCRIPT}\nfi 2>&1`);
  const entries = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const [path = '', what = ''] = line.split('//');
    if (path !== '' && !UNFINISHED.test(path)) entries.set(path, `${entries.get(path) ?? ''} ${what}`.trim());
  }
  return entries;
}

/** One line for each name under which `found` has what none of the `states` has there. */
export function unexpected(found: Listing, states: readonly Listing[]): string[] {
  const paths = new Set(found.keys());
  for (const state of states) for (const path of state.keys()) paths.add(path);
  const lines: string[] = [];
  for (const path of paths) {
    const allowed = states.map((state) => state.get(path));
    if (!allowed.includes(found.get(path)))
      lines.push(`${path}: ${found.get(path) ?? 'missing'} instead of ${allowed.join(' or ')}`);
  }
  return lines;
}
