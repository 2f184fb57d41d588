import t from 'tap';
import { markdownPage } from '../../../../../vm/bench/metadata/page.ts';
import { figuresOf } from '../../../../../vm/bench/metadata/plots.ts';
import { RESULTS } from './fixture.ts';

const page = markdownPage(RESULTS, figuresOf(RESULTS.measured), 'npm run vm:bench metadata');

void t.test('the page says how it came about, and on what', async (t) => {
  t.match(page, /^Written by `npm run vm:bench metadata`/m);
  t.match(page, /Linux 6\.1\.192-dirsync, a QEMU Virtual CPU \(of its flags for copies it has rep_good\)/);
  t.match(page, /each round of a `rep movs` is an instruction/);
});

void t.test('targets stand beside what was reached', async (t) => {
  t.match(page, /^\| dirsync_diff, nothing changed[^|]*\| 4x \| 3\.50x \| 3\.50x \|$/m);
  t.match(page, /^\| dirsync_list[^|]*\| 3x \| 5\.00x \| 5\.00x \|$/m);
  t.match(page, /^\| dirsync_stat \(451\) against stat\(2\) \|  \| 2\.67x \| 2\.67x \|$/m);
});

void t.test('pictures lie beside it, all tables are in it, and times are ratios only', async (t) => {
  t.match(page, /!\[[^\]]+\]\(metadata-changed\.svg\)/);
  t.match(page, /^\| dirsync_diff \| 100 % \| 1,000 \| 1,000 \|$/m);
  t.match(page, /^### Ratios of time, ext4$/m);
  t.notMatch(page, /\bns a file/);
});
