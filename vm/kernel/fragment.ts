/** Config fragments: what was asked of the kernel's configuration, and whether it was granted. */
import { readFile } from 'node:fs/promises';

/** One line of a fragment. */
export interface Request {
  /** With its prefix, e.g. `CONFIG_TMPFS`. */
  readonly symbol: string;
  /** As in .config: `y`, `m`, a number, a quoted string; `n` for `# CONFIG_X is not set`. */
  readonly value: string;
  readonly file: string;
  /** Starts at 1. */
  readonly line: number;
}

const SET = /^(CONFIG_\w+)=(.*)$/;
const UNSET = /^# (CONFIG_\w+) is not set$/;

/** The requests of a fragment, or the settings of a .config, in their order. Other lines are comments. */
export function parseConfig(text: string, file: string): Request[] {
  return text.split('\n').flatMap((content, index) => {
    const line = index + 1;
    const set = SET.exec(content);
    if (set?.[1] !== undefined) return [{ symbol: set[1], value: set[2] ?? '', file, line }];
    const unset = UNSET.exec(content);
    return unset?.[1] === undefined ? [] : [{ symbol: unset[1], value: 'n', file, line }];
  });
}

export async function readFragments(paths: readonly string[]): Promise<Request[]> {
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return texts.flatMap((text, i) => parseConfig(text, paths[i] ?? ''));
}

/** A request that the resolved configuration does not grant. */
export interface Denied extends Request {
  /** What it has instead; `n` also when it does not have the symbol at all. */
  readonly got: string;
}

/**
 * The requests that `resolved`, the text of a .config, does not grant. Of several requests for one symbol the last one
 * counts, as in merge_config.sh.
 */
export function deniedRequests(requests: readonly Request[], resolved: string): Denied[] {
  const settings = new Map(parseConfig(resolved, '.config').map(({ symbol, value }) => [symbol, value]));
  const asked = new Map(requests.map((request) => [request.symbol, request]));
  return [...asked.values()].flatMap((request) => {
    const got = settings.get(request.symbol) ?? 'n';
    return got === request.value ? [] : [{ ...request, got }];
  });
}
