import t from 'tap';
import { KERNEL_REQUIREMENTS } from '../../../../vm/kernel/requirements.ts';

void t.test('each requirement is one command or one header, once', async (test) => {
  const names = KERNEL_REQUIREMENTS.map(({ command, header }) => {
    test.not(command === undefined, header === undefined, 'one of both');
    return command ?? header;
  });
  test.same(names, [...new Set(names)]);
});
