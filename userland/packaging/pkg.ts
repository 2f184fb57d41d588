/** One run of pkg in its SEA mode, and what makes its output the same in every folder. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Base } from './base.ts';
import { runTool } from './tool.ts';

/**
 * Packages `script`, which needs no other file, into the executable `out`.
 *
 * A folder with a package.json would get pkg's own file system in front of it, whose start costs more instructions than
 * the syncer's. `temp` becomes pkg's TMPDIR and must have a name of always the same length, see `erasePaths`.
 */
export async function runPkg(options: {
  readonly checkout: string;
  readonly script: string;
  readonly temp: string;
  readonly out: string;
  readonly base: Base;
  readonly signal: AbortSignal;
}): Promise<void> {
  const pkg = join(options.checkout, 'node_modules/@yao-pkg/pkg/lib-es5/bin.js');
  const target = `node${options.base.version}-linux-x64`;
  const command = [process.execPath, pkg, '--sea', options.script, '-t', target, '-o', options.out] as const;
  const hint = 'npm ci; and if it wants to download, rm -r build/package';
  await runTool(command, hint, options.signal, { HOME: options.base.home, TMPDIR: options.temp });
  await writeFile(options.out, erasePaths(await readFile(options.out), options.temp));
}

/**
 * Node's SEA blob names the script that it was made from, which pkg puts into a folder of a random name below `temp`.
 * Nothing reads that path again, but it is the one thing that differs from run to run: its random part becomes zeros.
 */
export function erasePaths(bytes: Buffer, temp: string): Buffer {
  const result = Buffer.from(bytes);
  const random = temp.slice(temp.lastIndexOf('-') + 1);
  for (let at = result.indexOf(temp); at >= 0; at = result.indexOf(temp, at + 1)) {
    result.write('0'.repeat(random.length), at + temp.length - random.length, 'latin1');
    const inner = /^\/pkg-sea-(\w{6})/.exec(
      result.toString('latin1', at + temp.length, at + temp.length + 15),
    );
    if (inner !== null) result.write('0'.repeat(6), at + temp.length + '/pkg-sea-'.length, 'latin1');
  }
  return result;
}
