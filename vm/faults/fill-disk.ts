/** A file system that is full, or nearly so, and has space again later. */
import { GuestError } from '../guest/errors.ts';
import type { Vm } from '../qemu/vm.ts';
import { undo } from './undo.ts';

/** The file that takes the space, in the file system's top folder. */
const FILLER = '.filled-by-a-test';

export interface FullDisk extends AsyncDisposable {
  /** Bytes that are really left to an ordinary user: `freeBytes`, to within a block. */
  readonly freeBytes: number;
  /** Gives the space back. */
  free(): Promise<void>;
}

/**
 * Leaves `freeBytes` on the file system that is mounted at `folder`. At the end of the scope, or by `free()`, the space is
 * there again.
 *
 * What root may use beyond that is up to the file system: format ext4 with `-m 0` to leave it nothing.
 *
 * @throws GuestError when the file system cannot be filled, as one without a limit
 */
export async function fillDisk(vm: Vm, folder: string, freeBytes = 0): Promise<FullDisk> {
  const file = `${folder}/${FILLER}`;
  const { code, stdout, stderr } = await vm.exec(['faults', 'fill', file, String(freeBytes)]);
  if (code !== 0) throw new GuestError(`fill ${folder} in the guest`, 'EINVAL', stderr.trim());
  const free = (): Promise<void> => undo(vm.exec(['rm', '-f', file]));
  return { freeBytes: Number(stdout), free, [Symbol.asyncDispose]: free };
}
