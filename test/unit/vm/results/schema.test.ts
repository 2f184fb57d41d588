import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { CHECKOUT } from '../../../../vm/paths.ts';
import { recordedEvent } from '../../../../vm/results/schema.ts';

void t.test('the JSON Schema of the docs is that of the source, and the docs name every kind', (t) => {
  const written: unknown = JSON.parse(readFileSync(join(CHECKOUT, 'docs', 'events.schema.json'), 'utf8'));
  const schema = z.toJSONSchema(recordedEvent, { io: 'input' });
  t.strictSame(written, schema, 'if not: node vm/results/write-schema.ts');
  const docs = readFileSync(join(CHECKOUT, 'docs', 'results.md'), 'utf8');
  for (const { shape } of recordedEvent.options) {
    t.ok(docs.includes(`\`${shape.kind.value}\``), shape.kind.value);
  }
  t.end();
});
