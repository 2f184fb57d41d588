/**
 * Reports of the kernel that are known and excused for a time: kernel-patch/known-splats.json.
 *
 * Each entry has a reason and a day on which it ends. An entry that has ended is an error, before anything boots: somebody
 * has to look again.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { CHECKOUT } from '../paths.ts';
import type { Finding } from './finding.ts';

export const KNOWN_SPLATS = join(CHECKOUT, 'kernel-patch', 'known-splats.json');

const Entry = z.strictObject({
  /** A regular expression that the whole title of a report has to match. */
  pattern: z.string().min(1).refine(isPattern, 'no regular expression'),
  reason: z.string().trim().min(1),
  /** The last day on which the entry counts, `2027-01-31` (UTC). */
  expires: z.iso.date(),
});

export type KnownSplat = Readonly<z.infer<typeof Entry>>;

/**
 * Reads and checks the entries.
 *
 * @param path a JSON file with an array of entries
 * @throws `UserError` `BAD_KNOWN_SPLATS` for entries that are not complete, `KNOWN_SPLAT_EXPIRED`
 */
export async function readKnownSplats(path = KNOWN_SPLATS, now = new Date()): Promise<KnownSplat[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw bad(path, (error as Error).message, error);
  }
  const { data: entries, error } = z.array(Entry).safeParse(content);
  if (error !== undefined) throw bad(path, z.prettifyError(error), error);
  const old = entries.find(({ expires }) => `${expires}T23:59:59.999Z` < now.toISOString());
  if (old === undefined) return entries;
  throw new UserError({
    code: 'KNOWN_SPLAT_EXPIRED',
    tried: `excuse the report ${old.pattern} (${old.reason})`,
    found: `its entry in ${path} ended on ${old.expires}`,
    hint: 'remove the entry if the kernel was mended, or give it another date and say why',
  });
}

function isPattern(pattern: string): boolean {
  try {
    return wholeTitle(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

function wholeTitle(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

function bad(path: string, found: string, cause: unknown): UserError {
  return new UserError({
    code: 'BAD_KNOWN_SPLATS',
    tried: `read the known splats in ${path}`,
    found,
    hint: 'an entry is {"pattern": "WARNING in foo", "reason": "...", "expires": "2027-01-31"}',
    cause,
  });
}

/** The finding, marked if one of `known` excuses it. A panic is never excused. */
export function excuse(finding: Finding, known: readonly KnownSplat[]): Finding {
  if (finding.kind === 'panic') return finding;
  const entry = known.find(({ pattern }) => wholeTitle(pattern).test(finding.title));
  return entry === undefined
    ? finding
    : { ...finding, known: { reason: entry.reason, expires: entry.expires } };
}
