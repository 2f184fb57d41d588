import t from 'tap';
import { PROGRAMS, TREES } from '../../../../../vm/bench/resync/measurement.ts';
import { resyncTable } from '../../../../../vm/bench/resync/table.ts';
import { FILE_SYSTEMS } from '../../../../../vm/bench/metadata/measurement.ts';

/** Each program starts with 50 million instructions; then one takes 3,000 a file, one 2,000, the last 1,000. */
const RESULTS = FILE_SYSTEMS.flatMap((fileSystem) =>
  TREES.flatMap((tree) =>
    PROGRAMS.map(({ label }, at) => {
      const files = tree.directories * tree.files === 1 ? 0 : tree.directories * tree.files;
      return { fileSystem, tree, label, instructions: 50_000_000 + files * 1000 * (PROGRAMS.length - at) };
    }),
  ),
);

void t.test('the whole, the start and the rest, as ratios to the last program', async (t) => {
  const [head, ...rows] = resyncTable(RESULTS);
  t.equal(head?.length, 6);
  t.strictSame(
    rows,
    FILE_SYSTEMS.flatMap((fileSystem) => [
      [`rsync -a --delete, ${fileSystem}`, '80.0', '1.33x', '50.0', '3,000', '3.00x'],
      [`dirsync --once --metadata statx, ${fileSystem}`, '70.0', '1.17x', '50.0', '2,000', '2.00x'],
      [`dirsync --once --metadata kernel, ${fileSystem}`, '60.0', '1.00x', '50.0', '1,000', '1.00x'],
    ]),
  );
});

void t.test('what was not measured is no figure', async (t) => {
  const rows = resyncTable(RESULTS.filter(({ label }) => !label.startsWith('rsync')));
  t.match(rows[1], ['rsync -a --delete, tmpfs', 'NaN', 'NaNx']);
});
