/** What the kernel stages need of the host; the versions are those of Documentation/process/changes.rst of Linux 6.1. */
import { packages, type Requirement } from '../host/requirement.ts';

export const KERNEL_REQUIREMENTS: readonly Requirement[] = [
  { command: 'gcc', oldest: '5.1', why: 'compile the kernel', packages: packages('gcc') },
  { command: 'ld', oldest: '2.23', why: 'link the kernel', packages: packages('binutils') },
  { command: 'make', oldest: '3.82', why: 'build the kernel', packages: packages('make') },
  { command: 'flex', oldest: '2.5.35', why: 'build Kconfig and objtool', packages: packages('flex') },
  { command: 'bison', oldest: '2.0', why: 'build Kconfig', packages: packages('bison') },
  { command: 'bc', oldest: '1.06.95', why: "compute the kernel's timer constants", packages: packages('bc') },
  {
    command: 'awk',
    why: "make the tables of the kernel's instruction decoder",
    packages: packages('mawk', 'gawk'),
  },
  { command: 'perl', why: "run the kernel's build scripts", packages: packages('perl') },
  { command: 'gzip', why: 'compress bzImage', packages: packages('gzip') },
  {
    command: 'cmp',
    why: 'leave generated headers alone that did not change',
    packages: packages('diffutils'),
  },
  { command: 'xz', why: 'unpack the kernel source', packages: packages('xz-utils', 'xz') },
  { command: 'patch', why: 'apply the series', packages: packages('patch') },
  { command: 'find', why: 'tell a local source tree from another', packages: packages('findutils') },
  {
    command: 'flock',
    why: 'lock a build tree',
    packages: packages('util-linux', 'util-linux-core', 'util-linux'),
  },
  { command: 'setpriv', why: 'end a build with the harness', packages: packages('util-linux') },
  {
    header: 'gelf.h',
    why: 'build objtool, which checks the kernel while it is built',
    packages: packages('libelf-dev', 'elfutils-libelf-devel', 'libelf'),
  },
  {
    header: 'linux/types.h',
    why: 'build the host tools of the kernel',
    packages: packages('linux-libc-dev', 'kernel-headers', 'linux-api-headers'),
  },
  {
    command: 'ccache',
    why: 'rebuild a kernel in a fraction of the time',
    packages: packages('ccache'),
    optional: true,
  },
  {
    command: 'git',
    why: 'change the series (kernel:edit, kernel:export)',
    packages: packages('git'),
    optional: true,
  },
  {
    command: 'apt-get',
    why: "download Debian's kernel source",
    packages: packages('apt'),
    optional: true,
  },
  { command: 'dpkg-deb', why: "unpack Debian's kernel source", packages: packages('dpkg'), optional: true },
];
