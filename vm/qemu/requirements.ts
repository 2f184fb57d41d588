/** What booting a guest needs from the machine. */
import { packages, type Requirement } from '../host/requirement.ts';

export const QEMU_REQUIREMENTS: readonly Requirement[] = [
  {
    command: 'qemu-system-x86_64',
    oldest: '6.0',
    why: 'boot the guest',
    packages: packages('qemu-system-x86', 'qemu-system-x86-core', 'qemu-system-x86'),
  },
  {
    command: 'setpriv',
    why: 'end QEMU when the harness is killed, so that no orphan stays',
    packages: packages('util-linux'),
  },
];
