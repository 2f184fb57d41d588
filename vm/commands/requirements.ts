/** All that a run needs of the host, collected from the stages that need it. */
import { IMAGE_REQUIREMENTS } from '../image/requirements.ts';
import { KERNEL_REQUIREMENTS } from '../kernel/requirements.ts';
import { QEMU_REQUIREMENTS } from '../qemu/requirements.ts';
import { packages, type Requirement } from '../host/requirement.ts';

/** What single commands need and no run does. */
const COMMAND_REQUIREMENTS: readonly Requirement[] = [
  { command: 'gdb', why: 'debug the kernel of a guest (vm:gdb)', packages: packages('gdb'), optional: true },
];

/** What tests need and nothing else does. */
const TEST_REQUIREMENTS: readonly Requirement[] = [
  {
    command: 'strace',
    why: 'test the order of writes under --fsync',
    packages: packages('strace'),
    optional: true,
  },
  {
    command: 'xmllint',
    why: 'check junit.xml against the schema of those who read it',
    packages: packages('libxml2-utils', 'libxml2'),
    optional: true,
  },
  {
    command: 'rsync',
    why: 'test what excludes what against the program whose rules they are',
    packages: packages('rsync'),
    optional: true,
  },
  {
    command: 'sparse',
    why: "check the series' sources",
    packages: packages('sparse'),
    optional: true,
  },
  {
    command: 'tmux',
    why: "test the syncer's line of progress on a terminal",
    packages: packages('tmux'),
    optional: true,
  },
  {
    command: 'mandoc',
    why: "check the syncer's manual page",
    packages: packages('mandoc'),
    optional: true,
  },
];

export const REQUIREMENTS: readonly Requirement[] = [
  ...KERNEL_REQUIREMENTS,
  ...IMAGE_REQUIREMENTS,
  ...QEMU_REQUIREMENTS,
  ...COMMAND_REQUIREMENTS,
  ...TEST_REQUIREMENTS,
];
