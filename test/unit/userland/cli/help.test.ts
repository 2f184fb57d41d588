import t from 'tap';
import { helpText } from '../../../../userland/src/cli/help.ts';
import { OPTION_NAMES } from '../../../../userland/src/cli/options/table.ts';

void t.test(
  'the common options fit a screen of 80 columns and 24 lines, with a line left for the prompt',
  async (t) => {
    t.ok(helpText(false).split('\n').length <= 23, `${helpText(false).split('\n').length} lines`);
  },
);

void t.test('no line is longer than 80 columns, and every option is there', async (t) => {
  for (const line of helpText(true).split('\n')) t.ok(line.length <= 80, line);
  for (const name of OPTION_NAMES) t.match(helpText(true), new RegExp(`--${name}\\b`));
});
