import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { followLines } from '../../../../vm/results/follow.ts';

void t.test('lines are passed on whole, as they are written', async (t) => {
  const path = join(t.testdir(), 'events.jsonl');
  writeFileSync(path, 'first\nsec');
  const lines: string[] = [];
  const news = new PassThrough();
  const follower = followLines(path, (line) => {
    lines.push(line);
    news.write('.');
  });
  t.same(lines, ['first'], 'what is there already, but no half line');
  news.read();
  appendFileSync(path, 'ond ü');
  appendFileSync(path, '\n');
  await once(news, 'data');
  t.same(lines, ['first', 'second ü']);
  appendFileSync(path, `${'x'.repeat(200_000)}\nhalf`);
  follower.close();
  t.equal(lines[2]?.length, 200_000, 'closing passes on the rest, however long');
  t.equal(lines.length, 3, 'but nothing half-written');
});
