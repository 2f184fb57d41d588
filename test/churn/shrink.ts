/**
 * Delta debugging: the shortest list found that still fails, by leaving out ever smaller parts. What is left fails, and as a
 * rule does not fail without any one of its elements.
 */
export interface ShrinkOptions {
  /** Asked before each try: whether to be content with what there is. */
  readonly enough?: () => boolean;
  /** Told how many elements are left. */
  readonly onProgress?: (left: number) => void;
}

/** `fails` has to be true for `items`; it is asked about parts of them, in their order. */
export async function shrink<T>(
  items: readonly T[],
  fails: (candidate: readonly T[]) => Promise<boolean>,
  { enough = () => false, onProgress }: ShrinkOptions = {},
): Promise<readonly T[]> {
  let kept = items;
  let size = Math.ceil(items.length / 2);
  for (;;) {
    let progress = false;
    for (let from = 0; from < kept.length;) {
      if (enough()) return kept;
      const candidate = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (candidate.length > 0 && (await fails(candidate))) {
        kept = candidate;
        progress = true;
        onProgress?.(kept.length);
      } else {
        from += size;
      }
    }
    // Where one went, another may not be needed any more.
    if (size === 1 && !progress) return kept;
    size = Math.max(1, Math.floor(size / 2));
  }
}
