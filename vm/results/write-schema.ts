/** `node vm/results/write-schema.ts`: writes docs/events.schema.json anew from the schema that the harness uses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CHECKOUT } from '../paths.ts';
import { recordedEvent } from './schema.ts';

const schema = z.toJSONSchema(recordedEvent, { io: 'input' });
writeFileSync(join(CHECKOUT, 'docs', 'events.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
