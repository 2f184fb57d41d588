/** `node userland/src/cli/json/write-schema.ts`: writes docs/syncer-events.schema.json anew from the schema. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonEvent } from './schema.ts';

const path = join(import.meta.dirname, '../../../../docs/syncer-events.schema.json');
writeFileSync(path, `${JSON.stringify(z.toJSONSchema(jsonEvent), null, 2)}\n`);
