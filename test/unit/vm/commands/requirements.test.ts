import t from 'tap';
import { REQUIREMENTS } from '../../../../vm/commands/requirements.ts';

void t.test('each requirement is one command, one header or one library', (t) => {
  for (const { command, header, library } of REQUIREMENTS) {
    const names = [command, header, library].filter((name) => name !== undefined);
    t.equal(names.length, 1, names.join());
  }
  t.end();
});

void t.test('two stages that need the same say the same of it', (t) => {
  const first = new Map(REQUIREMENTS.toReversed().map((requirement) => [requirement.command, requirement]));
  for (const { command, optional } of REQUIREMENTS.filter(
    (requirement) => requirement.command !== undefined,
  )) {
    t.equal(first.get(command)?.optional, optional, `${command}`);
  }
  t.end();
});

void t.test('reasons are plain text without a full stop, as they stand in a table', (t) => {
  for (const { why } of REQUIREMENTS) t.match(why, /^[a-z][ -~]*[^.]$/);
  t.end();
});
