/**
 * The seed of this run, for tests that try random things: `--seed N` of vm:test, or `DIRSYNC_SEED=N` by hand, gives the same
 * tries again. With fast-check: `fc.assert(property, { seed: SEED })`.
 */
export const SEED = Number(process.env['DIRSYNC_SEED'] ?? 1);
