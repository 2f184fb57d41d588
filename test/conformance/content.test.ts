/** Content and times that a comparison by size and mtime could miss. */
import { readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { playScenarios } from '../helpers/play-scenarios.ts';
import { Lab } from '../helpers/syncer.ts';
import { CONTENT } from '../scenarios/content.ts';

await playScenarios(t, CONTENT);

void t.test('same size within the same tick, again and again', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  for (let round = 0; round < 50; round += 1)
    for (const text of ['aaa', 'bbb', 'ccc']) writeFileSync(join(lab.source, `${round % 5}`), text);
  t.strictSame(await live.settled(), []);
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('save by temporary file and rename: a reader always finds a whole version', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  writeFileSync(join(source, 'document'), 'version 0');
  const live = await lab.watch(t);
  const seen = new Set<string>();
  for (let version = 1; version <= 40; version += 1) {
    writeFileSync(join(source, 'document.tmp'), `version ${version}`);
    renameSync(join(source, 'document.tmp'), join(source, 'document'));
    seen.add(readFileSync(join(destination, 'document'), 'utf8').replace(/\d+/, 'N'));
    if (version % 10 === 0) t.strictSame(await live.settled(), []);
  }
  t.strictSame([...seen], ['version N']);
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('a huge sparse file', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  writeFileSync(join(lab.source, 'sparse'), 'head');
  truncateSync(join(lab.source, 'sparse'), 2 ** 40);
  t.strictSame(await live.settled({ ignoreContent: true }), []);
  const { blocks } = statSync(join(lab.destination, 'sparse'));
  t.ok(blocks * 512 < 2 ** 20, `${blocks} blocks are allocated`);
  t.match(await live.stop(), { code: 0, stderr: '' });
});
