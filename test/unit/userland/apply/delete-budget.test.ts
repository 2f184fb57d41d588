import t from 'tap';
import { DeleteBudget } from '../../../../userland/src/apply/delete-budget.ts';

void t.test('entries are counted one by one, or many at once', async (t) => {
  const budget = new DeleteBudget(5);
  budget.spend();
  t.throws(() => budget.spend(5), { exitCode: 25, message: /5 entries .*, and 4 are left/ });
  budget.spend(4);
  t.throws(() => budget.spend(), { exitCode: 25, message: /^delete .*: 5 entries are deleted/ });
  budget.refund(4);
  budget.spend(4);
  t.doesNotThrow(() => new DeleteBudget(Infinity).spend(1e9));
});
