/** Continuous mode when the kernel grants fewer watches than there are directories. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { Lab } from '../helpers/syncer.ts';

/** A user namespace has a limit of its own, so nobody else on this machine is touched. */
const SCRIPT = 'echo 5 > /proc/sys/user/max_inotify_watches && exec "$@"';
const LIMITED = ['unshare', '--user', '--map-root-user', 'sh', '-c', SCRIPT, 'sh'];

const possible = execaSync('env', [...LIMITED, 'true'], { reject: false }).exitCode === 0;

void t.test('watches used up', { skip: !possible && 'no user namespaces here' }, async (t) => {
  const lab = new Lab(t);
  for (let at = 0; at < 10; at += 1) mkdirSync(join(lab.source, `${at}`));
  const live = await lab.watch(t, [], { within: LIMITED });
  await live.errors(/watch 11 directories: the kernel refused 6 .* sysctl fs\.inotify\.max_user_watches=\d+/);
  for (let at = 0; at < 10; at += 1) writeFileSync(join(lab.source, `${at}/file`), `${at}`);
  writeFileSync(join(lab.source, 'at-once'), '');
  await live.output(/^Copied: source\/at-once /m, 2000);
  t.strictSame(await live.settled({ deadlineMs: 15_000 }), [], 'what is not watched arrives later');
  t.equal((await live.stop()).code, 0);
});
