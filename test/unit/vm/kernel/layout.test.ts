import t from 'tap';
import { fragmentsOf, type KernelProject, treeName } from '../../../../vm/kernel/layout.ts';

const PROJECT: KernelProject = {
  name: 'hello',
  seriesDir: '/p/series',
  fragments: [{ path: '/p/hello.config' }, { path: '/p/more.config', flavours: ['debug'] }],
};

function names(paths: readonly string[]): (string | undefined)[] {
  return paths.map((path) => path.split('/').at(-1));
}

void t.test("the project's word counts over what all have, its word on one flavour over the checks", (t) => {
  const common = ['base.config', 'console.config', 'storage.config', 'tcg.config'];
  t.same(names(fragmentsOf('stock', PROJECT)), common, 'the stock kernel has nothing of the project');
  t.same(names(fragmentsOf('plain', PROJECT)), [...common, 'hello.config']);
  t.same(names(fragmentsOf('kasan', PROJECT)), [...common, 'hello.config', 'checks.config', 'kasan.config']);
  t.same(names(fragmentsOf('debug', PROJECT)).slice(-2), ['fault.config', 'more.config']);
  t.end();
});

void t.test('projects share a build tree only where their kernels are the same', (t) => {
  const other = { ...PROJECT, name: 'other' };
  const sha256 = '0123456789abcdef';
  t.not(treeName(sha256, 'plain', PROJECT), treeName(sha256, 'plain', other));
  t.equal(treeName(sha256, 'stock', PROJECT), treeName(sha256, 'stock', other));
  t.end();
});
