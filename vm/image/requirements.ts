/** What the host needs to make the guest's image. */
import { packages, type Requirement } from '../host/requirement.ts';

export const IMAGE_REQUIREMENTS: readonly Requirement[] = [
  { command: 'cc', why: "compile the guest's init, agent and test programs", packages: packages('gcc') },
  {
    header: 'stdlib.h',
    why: 'compile C programs at all',
    packages: packages('libc6-dev', 'glibc-devel', 'glibc'),
  },
  {
    library: 'libc.a',
    why: "link the guest's programs statically",
    packages: packages('libc6-dev', 'glibc-static', 'glibc'),
  },
  {
    header: 'jsmn.h',
    why: "read JSON in the guest's agent",
    packages: packages('libjsmn-dev', 'jsmn-devel', 'jsmn'),
  },
  { command: 'strip', why: 'make the packaged syncer smaller', packages: packages('binutils') },
  {
    command: 'busybox',
    why: 'have a shell and the usual commands in the guest',
    packages: packages('busybox-static', 'busybox'),
  },
  { command: 'mke2fs', why: 'make ext4 file systems in the guest', packages: packages('e2fsprogs') },
  {
    command: 'getfattr',
    why: 'look at extended attributes in the guest',
    packages: packages('attr'),
    optional: true,
  },
  {
    command: 'setfattr',
    why: 'set extended attributes in the guest',
    packages: packages('attr'),
    optional: true,
  },
  {
    command: 'getfacl',
    why: 'look at access control lists in the guest',
    packages: packages('acl'),
    optional: true,
  },
  {
    command: 'setfacl',
    why: 'set access control lists in the guest',
    packages: packages('acl'),
    optional: true,
  },
  { command: 'cpio', why: 'test what the image holds', packages: packages('cpio'), optional: true },
];
