import t from 'tap';
import { HarnessError, InfraError, UsageError, UserError } from '../../../vm/errors.ts';

const PARTS = {
  code: 'NO_QEMU',
  tried: 'start QEMU',
  found: 'not on PATH',
  hint: 'apt-get install qemu-system-x86',
};

void t.test('a message says what was tried, what was found, and what to type', (t) => {
  t.equal(
    new InfraError(PARTS).message,
    'NO_QEMU\n  tried: start QEMU\n  found: not on PATH\n  try:   apt-get install qemu-system-x86',
  );
  t.notMatch(new InfraError({ code: 'X', tried: 'a', found: 'b' }).message, /try:/, 'no hint, no line');
  t.end();
});

void t.test('each family has its verdict, and all are one class', (t) => {
  const [usage, user, infra] = [new UsageError(PARTS), new UserError(PARTS), new InfraError(PARTS)];
  t.same([usage.verdict, user.verdict, infra.verdict], ['USAGE', 'FAIL', 'INFRA']);
  t.same([usage.name, user.name, infra.name], ['UsageError', 'UserError', 'InfraError']);
  t.ok([usage, user, infra].every((error) => error instanceof HarnessError));
  t.end();
});
