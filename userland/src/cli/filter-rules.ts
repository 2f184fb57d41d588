/** From `--exclude`, `--include` and `--exclude-from` to a filter; files of rules are read here. */
import { readFileSync } from 'node:fs';
import { describeError, quote } from '../errors.ts';
import { Filter, type Rule } from '../filter/filter.ts';
import type { ByteString } from '../native/addon.ts';
import { usage } from './options/usage.ts';

/** One of the options as it was given. */
export interface RuleArgument {
  readonly option: 'exclude' | 'include' | 'exclude-from';
  readonly value: ByteString;
}

/** Throws a SyncError with exit code 1 when a file of rules cannot be read. */
export function readFilter(given: readonly RuleArgument[]): Filter {
  let rules: Rule[] = [];
  const add = (exclude: boolean, text: ByteString): void => {
    if (text === '!') rules = [];
    else rules.push(ruleOf(exclude, text));
  };
  for (const { option, value } of given) {
    if (option !== 'exclude-from') add(option === 'exclude', value);
    else for (const line of readLines(value)) add(true, line);
  }
  return new Filter(rules);
}

/** As in rsync, `+ ` and `- ` before a pattern say what it does, whatever the option is. */
function ruleOf(exclude: boolean, text: ByteString): Rule {
  if (text.startsWith('+ ') && text.length > 2) return { exclude: false, pattern: text.slice(2) };
  if (text.startsWith('- ') && text.length > 2) return { exclude: true, pattern: text.slice(2) };
  return { exclude, pattern: text };
}

/** The lines of a file that are rules: not empty, and no comment. */
function readLines(path: ByteString): ByteString[] {
  let content: string;
  try {
    content = readFileSync(Buffer.from(path, 'latin1'), 'latin1');
  } catch (error) {
    throw usage(
      `read --exclude-from ${quote(path)}`,
      describeError(error),
      'name a file with one pattern a line',
    );
  }
  return content.split(/\r?\n/).filter((line) => line !== '' && !/^[#;]/.test(line));
}
