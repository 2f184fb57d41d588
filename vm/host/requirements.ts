/** All that a run needs of the host, collected from the stages that need it. */
import { IMAGE_REQUIREMENTS } from '../image/requirements.ts';
import { KERNEL_REQUIREMENTS } from '../kernel/requirements.ts';
import { QEMU_REQUIREMENTS } from '../qemu/requirements.ts';
import type { Requirement } from './requirement.ts';

export const REQUIREMENTS: readonly Requirement[] = [
  ...KERNEL_REQUIREMENTS,
  ...IMAGE_REQUIREMENTS,
  ...QEMU_REQUIREMENTS,
];
