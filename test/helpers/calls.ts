/** The calls that `--stats` counts, by name. */
export function calls(stdout: string): Record<string, number> {
  const line = /^Calls: (.*)$/m.exec(stdout)?.[1] ?? '';
  return Object.fromEntries(
    [...line.matchAll(/(\d+) (\w+)/g)].map(([, count, name]) => [name, Number(count)]),
  );
}
