/** What booting a guest needs from the machine. */
import type { Requirement } from '../host/requirement.ts';

export const QEMU_REQUIREMENTS: readonly Requirement[] = [
  {
    command: 'qemu-system-x86_64',
    why: 'boots the guest',
    packages: { debian: 'qemu-system-x86', fedora: 'qemu-system-x86-core', arch: 'qemu-system-x86' },
  },
  {
    command: 'setpriv',
    why: 'ties the life of QEMU to the harness, so that no orphan stays when the harness is killed',
    packages: { debian: 'util-linux', fedora: 'util-linux', arch: 'util-linux' },
  },
];
