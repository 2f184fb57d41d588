/** What the parts of a run share, for tests of one part: all of it real, on the roots of a lab. */
import type { Test } from 'tap';
import { DeleteBudget } from '../../userland/src/apply/delete-budget.ts';
import { InFlight } from '../../userland/src/apply/in-flight.ts';
import { TempNames } from '../../userland/src/apply/temp-names.ts';
import { ContentLedger } from '../../userland/src/compare/content-ledger.ts';
import { WatchTree, type DirectoryNode } from '../../userland/src/detect/watch-tree.ts';
import { DirtySet } from '../../userland/src/dirty/dirty-set.ts';
import { EVERYTHING } from '../../userland/src/filter/filter.ts';
import { probeMetadata } from '../../userland/src/metadata/probe.ts';
import type { Addon } from '../../userland/src/native/addon.ts';
import { loadAddon } from '../../userland/src/native/load.ts';
import { openRoots } from '../../userland/src/roots/open-roots.ts';
import type { SyncContext } from '../../userland/src/sync/context.ts';
import type { Lab } from './syncer.ts';

/** `addon`: another one, that does more, or less, than it should. */
export function syncContext(t: Test, { source, destination }: Lab, addon: Addon = loadAddon()): SyncContext {
  const stop = new AbortController();
  const open = {
    backupDir: null,
    allowEmpty: true,
    delete: true,
    filter: EVERYTHING,
    dryRun: false,
    fsync: false,
  };
  const roots = openRoots(addon, { source, destination }, open);
  t.teardown(() => roots.close());
  return {
    addon,
    copies: addon.copyGroup(),
    backup: null,
    roots,
    tree: new WatchTree(),
    dirty: new DirtySet<DirectoryNode>(),
    ledger: new ContentLedger<DirectoryNode>(),
    temps: new TempNames(),
    inFlight: new InFlight(),
    budget: new DeleteBudget(Infinity),
    policy: {
      delete: true,
      flat: false,
      sizeOnly: false,
      mtimeSlackNs: 0,
      filter: EVERYTHING,
      owner: process.geteuid?.() === 0,
      xattrs: false,
      checksum: false,
    },
    metadata: probeMetadata(addon),
    sink: { emit: () => undefined },
    signal: stop.signal,
    once: false,
    dryRun: false,
    fsync: false,
    auditMs: null,
    onXattrsRefused: () => undefined,
    now: () => performance.now(),
    clock: () => Date.now(),
    startedAt: Date.now(),
    breathe: () => null,
  };
}
