/** Between the syncer and its system calls. */
import type { Addon } from '../../userland/src/native/addon.ts';

/** The same addon, but `before` is told of each call first, by its name, and may throw instead of it. */
export function interpose(addon: Addon, before: (call: keyof Addon) => void): Addon {
  return new Proxy(addon, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        before(key as keyof Addon);
        return Reflect.apply(value, target, args);
      };
    },
  });
}
