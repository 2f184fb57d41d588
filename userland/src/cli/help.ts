/** What `--help` prints, made of the table of options: the common ones on one screen of 80 columns and 24 lines, or all. */
import { EXIT } from '../errors.ts';
import { OPTION_NAMES, specOf, type OptionName } from './options/table.ts';

export const USAGE_LINE = 'Usage: dirsync <source_dir> <destination_dir>';

const EXIT_LINES = [
  `Exit: ${EXIT.OK} done (or Ctrl+C in continuous mode), ${EXIT.USAGE} usage, ${EXIT.ROOTS} directories refused,`,
  `${EXIT.IO} I/O, ${EXIT.INTERRUPTED} interrupted, ${EXIT.PARTIAL} partial, ${EXIT.DELETE_LIMIT} delete limit. More: man dirsync`,
];

/** `all`: every option instead of the common ones. */
export function helpText(all: boolean): string {
  const names = OPTION_NAMES.filter((name) => all || specOf(name).common === true);
  return [
    USAGE_LINE,
    'Makes the destination an exact replica of the source, and keeps it so.',
    '',
    ...names.map(optionLine),
    '',
    ...EXIT_LINES,
  ].join('\n');
}

function optionLine(name: OptionName): string {
  const { short, value, help } = specOf(name);
  const option = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  return `  ${option.padEnd(20)} ${help}`;
}
