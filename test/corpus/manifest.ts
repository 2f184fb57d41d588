/** The corpus of console logs: how each was provoked, and what has to be found in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Finding } from '../../vm/console/finding.ts';
import { ConsoleLog } from '../../vm/console/log.ts';
import { VERDICTS } from '../../vm/verdict.ts';

/** Each log is `<name>.log` in this folder. */
export const CONSOLES = join(import.meta.dirname, '..', 'fixtures', 'consoles');

const Entry = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  /** The `crash-` kernels make mistakes on demand: test/fixtures/crash-kernel. */
  kernel: z.enum(['plain', 'stock', 'debug', 'kasan', 'crash-debug', 'crash-kasan']),
  cpus: z.number().optional(),
  machine: z.enum(['q35', 'microvm']).optional(),
  /** Added to the kernel's command line. */
  append: z.string().optional(),
  /** Replaces the guest's init. */
  init: z.string().optional(),
  /** A shell script in the guest; `crash KIND` and `lkdtm KIND` are functions in it. */
  run: z.string(),
  /** All that the kernel reports in the whole log, in its order; also what a guest that hung was made to report. */
  finds: z.array(z.strictObject({ kind: z.enum(['panic', 'splat', 'stall']), title: z.string() })),
  /** How the guest ended that was recorded. */
  verdict: z.enum(VERDICTS),
});

export type CorpusEntry = z.infer<typeof Entry>;

export function corpusEntries(): CorpusEntry[] {
  const text = readFileSync(join(CONSOLES, 'manifest.json'), 'utf8');
  return z.array(Entry).parse(JSON.parse(text));
}

export function consoleLog(name: string): Buffer {
  return readFileSync(join(CONSOLES, `${name}.log`));
}

/** What is found in a log that comes in the given chunks, or at once. */
export function findingsOf(...chunks: readonly Uint8Array[]): readonly Finding[] {
  const log = new ConsoleLog();
  for (const chunk of chunks) log.feed(chunk);
  log.end();
  return log.findings;
}
