import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { jsonEvent } from '../../../../../userland/src/cli/json/schema.ts';
import { jsonSink, jsonWriter } from '../../../../../userland/src/cli/json/sink.ts';
import { FILE_TYPE } from '../../../../../userland/src/native/addon.ts';

const CHECKOUT = join(import.meta.dirname, '../../../../..');

void t.test('the JSON Schema of the docs is that of the source, and the docs name every event', async (t) => {
  const written: unknown = JSON.parse(readFileSync(join(CHECKOUT, 'docs/syncer-events.schema.json'), 'utf8'));
  t.strictSame(written, z.toJSONSchema(jsonEvent), 'if not: node userland/src/cli/json/write-schema.ts');
  const page = readFileSync(join(CHECKOUT, 'docs/dirsync.1'), 'utf8');
  for (const { shape } of jsonEvent.options) t.match(page, `.Cm ${shape.event.value}`);
});

void t.test('names that are no UTF-8 come with their bytes', async (t) => {
  const lines: string[] = [];
  const sink = jsonSink(jsonWriter('a pair', (line) => lines.push(line)));
  sink.emit({ kind: 'event', directory: 'd', name: 'caf\xc3\xa9\n' });
  sink.emit({ kind: 'copied', path: '\xff', bytes: 3, item: { type: FILE_TYPE.REGULAR, diff: 1 } });
  const [valid, invalid] = lines.map((line) => jsonEvent.parse(JSON.parse(line)));
  t.match(valid, { event: 'event', pair: 'a pair', path: 'd/caf\u00e9\n', pathBytes: undefined });
  t.match(invalid, { event: 'copied', path: '\\xff', pathBytes: '/w==', changes: ['missing'], type: 'file' });
});
