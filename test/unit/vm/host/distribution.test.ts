import t from 'tap';
import { familyOf, installCommand } from '../../../../vm/host/distribution.ts';

void t.test('the family is read off os-release', (t) => {
  t.equal(familyOf('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'), 'debian');
  t.equal(familyOf('ID=linuxmint\nID_LIKE="ubuntu debian"\n'), 'debian');
  t.equal(familyOf('ID="rocky"\nID_LIKE="rhel centos fedora"\n'), 'fedora');
  t.equal(familyOf('ID=manjaro\nID_LIKE=arch\n'), 'arch');
  t.equal(familyOf('ID=alpine\nVERSION_ID=debian\n'), undefined, 'other lines do not count');
  t.equal(familyOf(''), undefined);
  t.end();
});

void t.test('only an ordinary user needs sudo', (t) => {
  t.same(installCommand('arch', ['flex'], 0), ['pacman', '-S', '--needed', '--noconfirm', 'flex']);
  t.equal(installCommand('fedora', ['flex'], 1000)[0], 'sudo');
  t.end();
});
