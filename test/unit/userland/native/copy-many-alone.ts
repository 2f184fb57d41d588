/** `copy-many-alone.ts SOURCE DESTINATION NAME...`: one call of copyMany in a process of its own; prints whose copies were made. */
import { readCopied } from '../../../../userland/src/apply/copy-file.ts';
import { loadAddon } from '../../../../userland/src/native/load.ts';

const [source = '', destination = '', ...names] = process.argv.slice(2);
const addon = loadAddon();
const results = await addon.copyMany(
  addon.openRoot(source),
  addon.openRoot(destination),
  '.dirsync-00000001.tmp',
  Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1'),
  { owner: false, xattrs: false, fsync: false, restMs: 0, young: true },
);
const copied = readCopied(results).map((result) => result !== null);
process.stdout.write(JSON.stringify(names.filter((_, at) => copied[at] === true)));
