/** What the host needs to make the guest's image. */
import type { Requirement } from '../host/requirement.ts';

export const IMAGE_REQUIREMENTS: readonly Requirement[] = [
  {
    command: 'cc',
    why: 'compile the guest’s init, agent and test programs',
    packages: { debian: 'gcc', fedora: 'gcc', arch: 'gcc' },
  },
  {
    header: 'stdlib.h',
    why: 'compile C programs at all',
    packages: { debian: 'libc6-dev', fedora: 'glibc-devel', arch: 'glibc' },
  },
  {
    header: 'jsmn.h',
    why: 'read JSON in the guest’s agent',
    packages: { debian: 'libjsmn-dev', fedora: 'jsmn-devel', arch: 'jsmn' },
  },
  {
    command: 'busybox',
    why: 'have a shell and the usual commands in the guest',
    packages: { debian: 'busybox-static', fedora: 'busybox', arch: 'busybox' },
  },
  {
    command: 'ldd',
    why: 'find the libraries of the programs that are packed',
    packages: { debian: 'libc-bin', fedora: 'glibc-common', arch: 'glibc' },
  },
  {
    command: 'mke2fs',
    why: 'make ext4 file systems in the guest',
    packages: { debian: 'e2fsprogs', fedora: 'e2fsprogs', arch: 'e2fsprogs' },
  },
  {
    command: 'getfattr',
    why: 'look at extended attributes in the guest',
    packages: { debian: 'attr', fedora: 'attr', arch: 'attr' },
    optional: true,
  },
  {
    command: 'setfattr',
    why: 'set extended attributes in the guest',
    packages: { debian: 'attr', fedora: 'attr', arch: 'attr' },
    optional: true,
  },
  {
    command: 'getfacl',
    why: 'look at access control lists in the guest',
    packages: { debian: 'acl', fedora: 'acl', arch: 'acl' },
    optional: true,
  },
  {
    command: 'setfacl',
    why: 'set access control lists in the guest',
    packages: { debian: 'acl', fedora: 'acl', arch: 'acl' },
    optional: true,
  },
];
