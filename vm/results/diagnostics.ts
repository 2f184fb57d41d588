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

/** One block of text; empty when there is nothing to say. */
export function diagnosticText(diag: Readonly<Record<string, unknown>> | undefined): string {
  const entries = Object.entries(diag ?? {}).filter(([key, value]) => !DULL.has(key) && value !== null);
  return entries.map(([key, value]) => `${key}: ${valueText(key, value)}`).join('\n');
}

function valueText(key: string, value: unknown): string {
  if (key === 'at' && typeof value === 'object' && value !== null && 'fileName' in value) {
    const { fileName, lineNumber } = value as { readonly fileName: string; readonly lineNumber?: number };
    return `${fileName}:${lineNumber ?? '?'}`;
  }
  const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, undefined, 2);
  return text.includes('\n') ? `\n${text.replaceAll(/^/gm, '  ')}` : text;
}
