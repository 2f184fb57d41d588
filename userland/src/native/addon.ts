/**
 * What the native addon offers: the system calls that Node does not have, or has only by path and in microseconds.
 *
 * Conventions, for every function:
 * - A `ByteString` carries bytes: one char (0..255) is one byte (latin1). See names.ts for the way from and to text.
 * - A `Fd` is a plain number, opened O_CLOEXEC; whoever opened it closes it (`close`).
 * - A name is one component below a directory fd. A name that is empty, `..`, or holds `/` or NUL throws EINVAL, so
 *   nothing can leave the directory. Only with `AT_FDCWD` as directory is a whole path meant.
 * - The last component is never followed when it is a symlink, except where said.
 * - A failed call throws a `SystemError`; an argument of the wrong type throws a TypeError.
 * - Everything is synchronous, except `copyFile` and `sameContent`.
 */

/** One char (0..255) is one byte. */
export type ByteString = string;

/** An open file descriptor. */
export type Fd = number;

/** As a directory fd: the current directory, and the name may be any path. */
export const AT_FDCWD = -100;

/** What the addon throws when a system call fails; the same shape as the errors of `node:fs`. */
export interface SystemError extends Error {
  /** `ENOENT`, `EACCES`, ... */
  readonly code: string;
  /** The negated errno, as in Node: `util.getSystemErrorName(error.errno)` works. */
  readonly errno: number;
  /** The system call, e.g. `renameat2`. */
  readonly syscall: string;
  /** The name or path that was given, if the call has one. */
  readonly path?: ByteString;
}

/** Whether `error` is a failed system call with one of these codes (any code when none is given). */
export function isSystemError(error: unknown, ...codes: readonly string[]): error is SystemError {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return false;
  return codes.length === 0 || codes.includes(String(error.code));
}

/** File types, numbered as `d_type` of getdents64(2), which is `(st_mode & S_IFMT) >> 12`. */
export const FILE_TYPE = {
  FIFO: 1,
  CHAR: 2,
  DIRECTORY: 4,
  BLOCK: 6,
  REGULAR: 8,
  SYMLINK: 10,
  SOCKET: 12,
} as const;

export type FileType = (typeof FILE_TYPE)[keyof typeof FILE_TYPE];

/** What statx(2) says of a file. Times are whole seconds since the epoch (negative before 1970) and nanoseconds. */
export interface Stat {
  readonly type: FileType;
  /** Permission bits, setuid, setgid and sticky only: `st_mode & 0o7777`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  /** Bytes. */
  readonly size: number;
  /** Allocated units of 512 bytes. */
  readonly blocks: number;
  /** bigint, because overlayfs and network file systems use all 64 bits. */
  readonly ino: bigint;
  /** major * 2^32 + minor of the device that holds the file: only good for comparing. */
  readonly dev: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
  /** Of the device that a BLOCK or CHAR file stands for; else 0. */
  readonly rdevMajor: number;
  readonly rdevMinor: number;
}

export interface DirEntry {
  readonly name: ByteString;
  readonly type: FileType;
}

/** Flags of renameat2(2). */
export const RENAME = { NOREPLACE: 1, EXCHANGE: 2 } as const;

/** Event and watch bits of inotify(7). */
export const IN = {
  ACCESS: 0x1,
  MODIFY: 0x2,
  ATTRIB: 0x4,
  CLOSE_WRITE: 0x8,
  CLOSE_NOWRITE: 0x10,
  OPEN: 0x20,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  MOVE_SELF: 0x800,
  UNMOUNT: 0x2000,
  Q_OVERFLOW: 0x4000,
  IGNORED: 0x8000,
  ONLYDIR: 0x0100_0000,
  DONT_FOLLOW: 0x0200_0000,
  EXCL_UNLINK: 0x0400_0000,
  MASK_CREATE: 0x1000_0000,
  MASK_ADD: 0x2000_0000,
  ISDIR: 0x4000_0000,
} as const;

export interface InotifyEvent {
  /** Watch descriptor; -1 for Q_OVERFLOW. */
  readonly wd: number;
  /** Bits of `IN`. */
  readonly mask: number;
  /** Joins MOVED_FROM and MOVED_TO of one rename; else 0. */
  readonly cookie: number;
  /** Name below the watched directory; empty when the event is about the directory itself. */
  readonly name: ByteString;
}

/** A running `watchFd`. Close it before the fd that it watches. */
export interface FdWatch {
  /** No callbacks until `resume`: for a reader that wants to leave events in the kernel's queue for a while. */
  pause(): void;
  resume(): void;
  /** Ends it for good; a second call does nothing. */
  close(): void;
}

export interface CopyOptions {
  /** When given, the finished temporary file is renamed to this name of the same directory, atomically. */
  readonly finalName?: ByteString;
  /** Set uid and gid as the source has them (needs root). Default false. */
  readonly owner?: boolean;
  /** Permission bits to set; default: the source's. */
  readonly mode?: number;
  /** Copy extended attributes and ACLs. Default false. */
  readonly xattrs?: boolean;
  /** fsync the file before the rename, and the directory after it. Default false. */
  readonly fsync?: boolean;
}

/** As those of `CopyOptions`, and which files may be copied. */
export interface CopyManyOptions extends Required<Pick<CopyOptions, 'owner' | 'xattrs' | 'fsync'>> {
  /** Milliseconds since a file's last change after which it counts as at rest. */
  readonly restMs: number;
  /** A file that has something in it need not be. */
  readonly young: boolean;
}

export interface CopyResult {
  /**
   * The source was written to while it was copied (size, mtime or ctime after differ from before): the temporary file
   * is removed again, nothing was renamed, and the caller should try again later.
   */
  readonly changed: boolean;
  /** Bytes of data moved; holes do not count. A clone counts as its whole size. */
  readonly bytes: number;
  /** The cheapest way that worked: FICLONE, copy_file_range, or read and write. */
  readonly method: 'clone' | 'range' | 'readwrite';
  /** The source as it was when it was opened. */
  readonly source: Stat;
  /** Some of its extended attributes are missing in the copy: the file system or the user cannot have them. */
  readonly xattrsRefused: boolean;
}

/** Bits of `copyXattrs`. */
export const XATTRS = {
  CHANGED: 1,
  /** The destination cannot have one of them. */
  REFUSED: 2,
} as const;

/** Calls made by this process since it started. */
export interface Counters {
  readonly statx: number;
  readonly getdents: number;
  readonly dirsyncStat: number;
  readonly dirsyncList: number;
  readonly dirsyncDiff: number;
}

/** The numbers of `compareDirs`; named bits are in metadata/records.ts. */
export interface CompareRequest {
  /** `DIFF` bits: what is compared. MISSING and TYPE always are. */
  readonly compare: number;
  /** `DIFF` and `REPORT` bits: an entry is returned when it has one of them. Entries with an error always are. */
  readonly report: number;
  /**
   * Who compares; the bytes are the same. `kernel` needs a successful `dirsyncQuery` and `dirsyncSelfCheck` before, else
   * ENOSYS is thrown.
   */
  readonly source: 'kernel' | 'statx';
  /** Stop after that many entries of the source, even if the buffer has room; 0 = no limit. */
  readonly maxEntries?: number;
  /** Modification times that differ by at most this are equal, in nanoseconds. Default 0. */
  readonly mtimeSlackNs?: number;
  /** Regular files whose mtime is within this of now get the diff bit RACY, in nanoseconds. Default 0: never. */
  readonly racyNs?: number;
}

/** A walk of two trees, to be given to `walkStep` and `walkCancel`. */
export type WalkHandle = object & { readonly isWalk: unique symbol };

/** What a walk looks for; `compare`, `report` and `mtimeSlackNs` are those of `compareDirs`. */
export interface WalkRequest {
  readonly compare: number;
  readonly report: number;
  readonly mtimeSlackNs?: number;
  /** Compare by the kernel's own calls, under the conditions of `compareDirs`. Default false. */
  readonly kernel?: boolean;
  /** Compare mode, mtime and (with OWNER in `compare`) owner of the directories themselves, too. Default false. */
  readonly attributes?: boolean;
  /** Tell of directories with files whose ctime is that or later: seconds. Not known to the kernel's calls. */
  readonly recentSince?: number;
  /** Watch each directory of the source before it is compared. */
  readonly inotify?: Fd;
  readonly mask?: number;
}

/** The version that the sysctl begins with, and the numbers of the calls. */
export interface DirsyncAbi {
  readonly version: number;
  readonly dirsyncStat: number;
  readonly dirsyncList: number;
  readonly dirsyncDiff: number;
}

/** Copies and comparisons that are cancelled together: an argument of them, and of `cancelCopies`. */
export type CopyGroup = object & { readonly isCopyGroup: unique symbol };

export interface Addon {
  /** Opens the directory at any path; symlinks are followed. For roots that a person has named. */
  openRoot(path: ByteString): Fd;
  /** Opens a subdirectory: ENOTDIR when it is none, also when it is a symlink to one. */
  openDir(dir: Fd, name: ByteString): Fd;
  /** Opens a file for reading, without waiting for the writer of a FIFO: ELOOP when it is a symlink. */
  openFile(dir: Fd, name: ByteString): Fd;
  close(fd: Fd): void;
  fsync(fd: Fd): void;
  /** Takes the exclusive flock(2) of an open file, without waiting; false when somebody else has it. */
  tryLock(fd: Fd): boolean;

  /** null when there is no such name. `follow` (default false) follows a symlink. */
  statAt(dir: Fd, name: ByteString, follow?: boolean): Stat | null;
  statFd(fd: Fd): Stat;
  /** All entries but `.` and `..`, in the directory's order, from its start (the fd's position is moved). */
  listDir(dir: Fd): DirEntry[];
  /** Moves a directory fd back to its start. */
  rewindDir(dir: Fd): void;

  /**
   * Compares each name of `source`, from the fd's own position, with the same name of `destination` (-1: everything is
   * missing) and fills `buffer` with a header and the records of those that differ; returns the bytes written. Call
   * again until the header has EOF. `compareEntries` of metadata/compare.ts does that: use it instead.
   *
   * EACCES: names may not be looked up in one of the two. ENOENT: one of them was removed; nothing is known then.
   * EINVAL: `buffer` has less than 352 bytes, or the request has bits that mean nothing.
   */
  compareDirs(source: Fd, destination: Fd, buffer: Uint8Array, request: CompareRequest): number;
  /**
   * Begins to walk two trees side by side, to find the directories in which something is to be done. What comes out is a
   * hint: a directory without differences may be told of, one with a difference always is. Changes nothing but watches.
   */
  walkStart(source: Fd, destination: Fd, request: WalkRequest): WalkHandle;
  /**
   * Goes on, in libuv's thread pool, until much has been found or all is done; several may run at once. Resolves with
   * what was found by then, for `decodeFound` of sync/found.ts.
   */
  walkStep(walk: WalkHandle): Promise<Uint8Array>;
  /** Makes all steps end soon, as if all were done. */
  walkCancel(walk: WalkHandle): void;
  /** What the kernel patches say of themselves. */
  readonly dirsyncAbi: DirsyncAbi;
  /**
   * Asks dirsync_list whether it is that call: whether it answers with its magic number. This and `dirsyncSelfCheck` are
   * only to be called when the kernel has announced the calls: see metadata/probe.ts, which nobody should go round.
   */
  dirsyncQuery(): boolean;
  /** Calls dirsync_stat once, on `/`, and says whether its answer agrees with stat(2) in every byte. */
  dirsyncSelfCheck(): boolean;
  counters(): Counters;

  /** A new inotify instance, not blocking. */
  inotifyInit(): Fd;
  /**
   * Watches the directory that `dir` is open on, whatever its name is by now, and returns the watch descriptor (the
   * same one again for the same inode). ENOSPC: fs.inotify.max_user_watches is used up. `/proc` must be mounted.
   */
  inotifyAddWatch(inotify: Fd, dir: Fd, mask: number): number;
  /** False when the kernel has dropped it already, as it does when a directory is deleted. */
  inotifyRemoveWatch(inotify: Fd, wd: number): boolean;
  /**
   * One read(2) of up to 64 KiB of events; empty when there are none now. Call until empty: a MOVED_FROM can be the
   * last event of one read and its MOVED_TO the first of the next.
   */
  readEvents(inotify: Fd): InotifyEvent[];
  /** Calls back, on the event loop, while `fd` is readable (level-triggered: read it empty, or `pause`). */
  watchFd(fd: Fd, callback: () => void): FdWatch;

  /** `mode` is cut by the umask; use `chmodFd` or `chmodAt` after it for exact bits. */
  mkdirAt(dir: Fd, name: ByteString, mode: number): void;
  unlinkAt(dir: Fd, name: ByteString): void;
  rmdirAt(dir: Fd, name: ByteString): void;
  /** renameat2(2); `flags` of `RENAME`, default 0 = replace. */
  renameAt(oldDir: Fd, oldName: ByteString, newDir: Fd, newName: ByteString, flags?: number): void;
  linkAt(oldDir: Fd, oldName: ByteString, newDir: Fd, newName: ByteString): void;
  symlinkAt(target: ByteString, dir: Fd, name: ByteString): void;
  readlinkAt(dir: Fd, name: ByteString): ByteString;
  /** A FIFO, socket or device; `mode` is cut by the umask. Devices need root. */
  mknodAt(dir: Fd, name: ByteString, type: FileType, mode: number, major: number, minor: number): void;
  /** EOPNOTSUPP for a symlink, which has no mode of its own. */
  chmodAt(dir: Fd, name: ByteString, mode: number): void;
  chmodFd(fd: Fd, mode: number): void;
  chownAt(dir: Fd, name: ByteString, uid: number, gid: number): void;
  chownFd(fd: Fd, uid: number, gid: number): void;
  /** Sets the modification time, and leaves the access time. */
  utimesAt(dir: Fd, name: ByteString, mtimeSec: number, mtimeNsec: number): void;
  utimesFd(fd: Fd, mtimeSec: number, mtimeNsec: number): void;

  /** Names of the extended attributes, sorted; `.` as name means the directory itself. `/proc` must be mounted. */
  listXattrs(dir: Fd, name: ByteString): ByteString[];
  /** null when there is no such attribute. */
  getXattr(dir: Fd, name: ByteString, attribute: ByteString): Buffer | null;
  setXattr(dir: Fd, name: ByteString, attribute: ByteString, value: Uint8Array): void;
  removeXattr(dir: Fd, name: ByteString, attribute: ByteString): void;
  /**
   * Whether two entries differ in user.* or ACLs, or, for root, in trusted.* or security.* (but not security.ima and
   * security.evm). `.` as name means the directory itself.
   */
  xattrsDiffer(source: Fd, sourceName: ByteString, destination: Fd, destinationName: ByteString): boolean;
  /** Makes those of the destination's entry equal, without the ones that are extra; returns bits of `XATTRS`. */
  copyXattrs(source: Fd, sourceName: ByteString, destination: Fd, destinationName: ByteString): number;

  /**
   * Copies a regular file into the new file `tempName` with its data, holes, mode and modification time, and renames
   * it to `finalName` if that is given, all in one task of libuv's thread pool: four run at once (UV_THREADPOOL_SIZE).
   *
   * Whatever fails, the temporary file is gone afterwards. EINVAL: the source is not a regular file. ELOOP: it is a
   * symlink. EEXIST: `tempName` exists. ECANCELED: `cancelCopies` was called for its group.
   */
  copyFile(
    sourceDir: Fd,
    sourceName: ByteString,
    destinationDir: Fd,
    tempName: ByteString,
    options?: CopyOptions,
    group?: CopyGroup,
  ): Promise<CopyResult>;
  /**
   * Copies those of many files of one directory for which it is simple, in one task of the thread pool: regular, up to
   * 64 KiB, dense, of one name, at rest, and to a name that is free. All else, and what fails or changes meanwhile, is left as
   * it was: for `copyFile`. `names` are ended by NUL each; each file gets its name when it is whole, and until then has none,
   * or `tempName` where the file system has no files without. Resolves with what `readCopied` of apply/copy-file.ts reads;
   * all of it says "not copied" when it was cancelled.
   */
  copyMany(
    sourceDir: Fd,
    destinationDir: Fd,
    tempName: ByteString,
    names: Uint8Array,
    options: CopyManyOptions,
    group?: CopyGroup,
  ): Promise<ArrayBuffer>;
  /**
   * Whether the regular files of that name have the same bytes in both directories; read side by side, on the thread
   * pool, in pieces of 128 KiB, up to the first difference. Fails as `copyFile` does.
   */
  sameContent(source: Fd, name: ByteString, destination: Fd, group?: CopyGroup): Promise<boolean>;
  copyGroup(): CopyGroup;
  /**
   * Makes every `copyFile`, `copyMany` and `sameContent` of the group that has not finished fail with ECANCELED, and those to come at
   * once. To be called before process.exit, which would otherwise wait for the copies that run.
   */
  cancelCopies(group: CopyGroup): void;
  /** Bytes that the copies which run now have moved so far, all together; `CopyResult.bytes` are of those that have ended. */
  bytesInFlight(): number;
  /** Limits all copies together to so many bytes a second; 0 is no limit. To be called while none runs. */
  setCopyRate(bytesPerSecond: number): void;
}
