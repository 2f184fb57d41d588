/** What the kernel stages need of the host. */
import type { Requirement } from '../host/requirement.ts';

function command(
  name: string,
  why: string,
  debian: string,
  fedora: string,
  arch: string,
  optional = false,
): Requirement {
  return { command: name, why, packages: { debian, fedora, arch }, ...(optional ? { optional } : {}) };
}

export const KERNEL_REQUIREMENTS: readonly Requirement[] = [
  command('gcc', 'compiling the kernel', 'gcc', 'gcc', 'gcc'),
  command('ld', 'linking the kernel', 'binutils', 'binutils', 'binutils'),
  command('make', 'building the kernel', 'make', 'make', 'make'),
  command('flex', 'Kconfig and objtool', 'flex', 'flex', 'flex'),
  command('bison', 'Kconfig', 'bison', 'bison', 'bison'),
  command('bc', "the kernel's timer constants", 'bc', 'bc', 'bc'),
  command('awk', "tables of the kernel's instruction decoder", 'mawk', 'gawk', 'gawk'),
  command('perl', "the kernel's build scripts", 'perl', 'perl', 'perl'),
  command('gzip', 'compressing bzImage', 'gzip', 'gzip', 'gzip'),
  command('xz', 'unpacking the kernel source', 'xz-utils', 'xz', 'xz'),
  command('patch', 'applying the series', 'patch', 'patch', 'patch'),
  command('find', 'telling a local source tree from another', 'findutils', 'findutils', 'findutils'),
  command('flock', 'locking a build tree', 'util-linux', 'util-linux-core', 'util-linux'),
  command('setpriv', 'ending a build with the harness', 'util-linux', 'util-linux', 'util-linux'),
  {
    header: 'gelf.h',
    why: 'objtool, which checks the kernel while it is built',
    packages: { debian: 'libelf-dev', fedora: 'elfutils-libelf-devel', arch: 'libelf' },
  },
  {
    header: 'linux/types.h',
    why: 'host tools of the kernel build',
    packages: { debian: 'libc6-dev', fedora: 'kernel-headers', arch: 'linux-api-headers' },
  },
  command('ccache', 'rebuilding a kernel in a fraction of the time', 'ccache', 'ccache', 'ccache', true),
  command('git', 'changing the series (kernel:edit, kernel:export)', 'git', 'git', 'git', true),
  command('apt-get', "Debian's kernel source", 'apt', 'apt', 'apt', true),
  command('dpkg-deb', "Debian's kernel source", 'dpkg', 'dpkg', 'dpkg', true),
];
