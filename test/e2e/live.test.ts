/** The packaged syncer kept running in the guest, while a shell changes the source in every way that has a name. */
import t from 'tap';
import { bootGuest, differences, FILE_SYSTEMS, must, workspace } from '../helpers/guest.ts';

/** How long the trees may take to become equal: generous, since TCG on a busy machine is slow; success is quick. */
const CONVERGE_MS = 20_000;

interface Change {
  readonly name: string;
  readonly script: string;
}

/** Each one starts from what the one before it left. `cd source` has been done. */
const CHANGES: readonly Change[] = [
  { name: 'a file is created', script: 'echo one > file' },
  { name: 'a file is modified', script: 'echo two >> file' },
  { name: 'a file is truncated', script: ': > file' },
  { name: 'a file is replaced by a rename over it', script: 'echo three > .new; mv .new file' },
  { name: 'a file is renamed', script: 'mv file renamed' },
  {
    name: 'a file is renamed, its old name taken by a new one',
    script: 'mv renamed file; cp file renamed; echo n >> renamed',
  },
  { name: 'a file is renamed there and back', script: 'mv file other; mv other file' },
  { name: 'a file is deleted', script: 'rm file' },
  { name: 'a file appears and is gone at once', script: 'echo x > brief; rm brief' },
  { name: 'a directory is created', script: 'mkdir dir' },
  { name: 'a file is created in it', script: 'echo x > dir/inner' },
  { name: 'a directory is renamed, then written to', script: 'mv dir moved; echo y > moved/later' },
  {
    name: 'mkdir -p with immediate writes',
    script: 'mkdir -p a/b/c/d; for d in a a/b a/b/c a/b/c/d; do echo $d > $d/f; done',
  },
  { name: 'an ancestor is renamed, then a write three levels down', script: 'mv a z; echo deep > z/b/c/d/g' },
  {
    name: 'two directories are swapped',
    script: 'mkdir p q; echo p > p/f; echo q > q/f; mv p t; mv q p; mv t q; echo more >> q/f',
  },
  { name: 'a directory is removed, recreated and written', script: 'rm -r z; mkdir z; echo again > z/f' },
  {
    name: 'a directory becomes a file, a file a directory',
    script: 'rm -r moved; echo f > moved; rm renamed; mkdir renamed; echo i > renamed/i',
  },
  {
    name: 'a populated directory is moved in',
    script: 'mkdir -p ../outside/x/y; echo 1 > ../outside/x/y/1; mv ../outside/x in; echo 2 > in/y/2',
  },
  {
    name: 'a directory is moved out, then written to',
    script: 'mv in/y ../outside/y; echo 3 > ../outside/y/3',
  },
  {
    name: 'symlinks: relative, absolute, dangling, looping',
    script: 'ln -s z/f rel; ln -s /etc/passwd abs; ln -s nowhere dang; ln -s loop loop; ln -s z dirlink',
  },
  { name: 'a symlink gets another target', script: 'ln -sfn p rel' },
  { name: 'a directory becomes a symlink to its sibling', script: 'mv p p2; ln -s p2 p' },
  { name: 'mode, owner and time alone', script: 'chmod 4751 z/f; chown 123:456 z/f; touch -d @86400 p2/f' },
  { name: 'a fifo and a device', script: 'mkfifo pipe; mknod null c 1 3' },
  {
    name: 'odd names',
    script: `mkdir odd; cd odd; echo 1 > "$(printf 'new\\nline')"; echo 2 > "quote'\\"back\\\\slash"; echo 3 > ./-dash; echo 4 > "$(printf 'bad\\377\\376utf8')"; echo 5 > "$(printf 'n\\314\\203')"; echo 6 > "$(printf '\\303\\261')"; echo 7 > "$(printf '%0255d' 0)"`,
  },
  {
    name: 'an odd name is renamed',
    script: `mv "odd/$(printf 'bad\\377\\376utf8')" "odd/$(printf 'worse\\200')"`,
  },
  {
    name: 'a write through one of two hard links',
    script: 'echo h > odd/h1; ln odd/h1 odd/h2; echo more >> odd/h1; touch odd/h2',
  },
  {
    name: 'a tree is unpacked and another removed in the same moment',
    script: 'cp -a odd odd2; rm -r q p2; cp -a /etc etc',
  },
  { name: 'rename, then remove all at once', script: 'mv odd2 odd3; rm -rf odd3 etc' },
];

const vm = await bootGuest(t);

for (const fileSystem of FILE_SYSTEMS) {
  void t.test(`on ${fileSystem}`, async (t) => {
    const cwd = await workspace(vm, fileSystem);
    const syncer = await vm.spawn(['dirsync', 'source', 'destination'], { cwd });
    await syncer.output(/^Watching directory: /m);
    for (const { name, script } of CHANGES) {
      await must(vm, script, `${cwd}/source`);
      const different = await differences(vm, cwd, CONVERGE_MS);
      // Each change starts from what the one before it left: behind the first that fails, all would.
      if (!t.equal(different, '', name, { output: syncer.stdout + syncer.stderr })) break;
    }
    await syncer.kill('SIGINT');
    t.match(await syncer.exited, { code: 0, signal: null }, 'Ctrl+C is a clean end');
    const left = await must(vm, "find destination -name '*dirsync*'", cwd);
    t.equal(left, '', 'no temporary file is left');
  });
}
