/** How long to wait before something that failed is tried again. */

export interface Backoff {
  /** Milliseconds before the second try; doubled for each further one. */
  readonly firstMs: number;
  /** The longest wait, in milliseconds. */
  readonly maxMs: number;
}

/** A full disk is noticed as freed within half a minute, and a broken entry costs next to nothing. */
export const DEFAULT_BACKOFF: Backoff = { firstMs: 100, maxMs: 30_000 };

/** Milliseconds to wait after the given number of failures (1 = the first). */
export function backoffDelay(backoff: Backoff, failures: number): number {
  // The exponent is bounded, for 2 ** 1024 is Infinity and a failure may last for months.
  return Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(failures - 1, 40));
}
