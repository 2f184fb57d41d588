/**
 * The headers that a program needs to call what the series adds, taken out of the series itself: nobody writes the ABI
 * down a second time.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createdFiles, type Series } from './series.ts';

const UAPI = 'include/uapi/';
const TABLE = 'arch/x86/entry/syscalls/syscall_64.tbl';

/**
 * Writes below `outDir`, to be named by `-I`: each UAPI header that the series creates, at its path (`linux/dirsync.h`),
 * and, named after the project, `dirsync_abi.h` with `#define __NR_dirsync_stat 451` and the like for each call that it
 * adds (none, where a series adds none: a program that needs one then does not compile).
 */
export async function uapiHeaders(outDir: string, series: Series, projectName: string): Promise<void> {
  const numbers = addedCalls(series).map(({ name, number }) => `#define __NR_${name} ${number}\n`);
  for (const [path, text] of createdFiles(series)) {
    if (path.startsWith(UAPI)) await write(join(outDir, path.slice(UAPI.length)), text);
  }
  await write(
    join(outDir, `${projectName.replaceAll('-', '_')}_abi.h`),
    `/* Generated from the patch series. */\n#pragma once\n${numbers.join('')}`,
  );
}

/** The system calls that the series adds to x86-64's table. */
export function addedCalls(series: Series): { readonly name: string; readonly number: number }[] {
  return series.patches
    .flatMap(({ changes }) => changes.filter(({ newPath }) => newPath === TABLE))
    .flatMap(({ hunks }) => hunks.flatMap(({ lines }) => lines))
    .flatMap((line) => {
      const entry = /^\+(\d+)\s+\w+\s+(\w+)\s+\w+/.exec(line);
      return entry?.[2] === undefined ? [] : [{ name: entry[2], number: Number(entry[1]) }];
    });
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
