/** TAP's diagnostics as text for people: what was found, expected and where, without what nobody reads. */

/** Keys that repeat what is shown elsewhere, or say how tap ran the file. */
const DULL = new Set([
  'source',
  'compare',
  'stdio',
  'cwd',
  'externalID',
  'command',
  'args',
  'jobId',
  'tapCaught',
]);

/** What says where comes behind what says what. */
const LAST = ['at', 'stack'];

/** The code of an error of ours that a guest's end rejects everything with, see qemu/vm-error.ts. */
const GUEST_ENDED = /^VM_[A-Z]+$/;

/** One block of text; empty when there is nothing to say. */
export function diagnosticText(diag: Readonly<Record<string, unknown>> | undefined): string {
  const all = Object.entries(diag ?? {});
  // The console and QEMU's command line are told where the guest is.
  const guest = GUEST_ENDED.test(String(diag?.['code']));
  const shown = guest ? all.filter(([key]) => key === 'tried' || LAST.includes(key)) : all;
  const told = shown.filter(([key, value]) => !DULL.has(key) && value !== null);
  const sorted = told.toSorted(([a], [b]) => LAST.indexOf(a) - LAST.indexOf(b));
  return sorted.map(([key, value]) => `${key}: ${valueText(key, value)}`).join('\n');
}

function valueText(key: string, value: unknown): string {
  if (key === 'at' && typeof value === 'object' && value !== null && 'fileName' in value) {
    const { fileName, lineNumber } = value as { readonly fileName: string; readonly lineNumber?: number };
    return `${fileName}:${lineNumber ?? '?'}`;
  }
  const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, undefined, 2);
  return text.includes('\n') ? `\n${text.replaceAll(/^/gm, '  ')}` : text;
}
