/** Random changes below the eyes of the packaged syncer, which follows them by way of our calls. */
import t from 'tap';
import { Generator } from '../churn/generator.ts';
import { GuestPlace } from '../churn/guest-place.ts';
import { hunt } from '../churn/hunt.ts';
import { formatScript } from '../churn/operations.ts';
import { Session, sessionScope } from '../churn/session.ts';
import { calls } from '../helpers/calls.ts';
import { bootGuest, FILE_SYSTEMS } from '../helpers/guest.ts';

/** Fixed, for a failure has to be one of what was changed; `npm run churn -- --guest KERNEL` tries others. This one has found an error. */
const SEED = 1_857_737_680;
const OPERATIONS = 400;
/** Generous, since a kernel that checks itself is slow under TCG; success is quick. */
const LIMIT_MS = 60_000;

const vm = await bootGuest(t);
const BY_CALLS = ['--metadata', 'kernel', '--stats'];

for (const [turn, fileSystem] of FILE_SYSTEMS.entries()) {
  void t.test(`on ${fileSystem}`, async (t) => {
    // --xattrs is another way through the syncer.
    const without = turn === 0 ? (['xattr'] as const) : [];
    const { scope, syncerOptions } = sessionScope(without);
    const session = { scope, syncerOptions: [...syncerOptions, ...BY_CALLS], limitMs: LIMIT_MS };
    const seed = SEED + turn;
    const generator = new Generator({ seed, batch: 80, writers: 1, without });
    const place = await GuestPlace.make(vm, `/${fileSystem}`);
    const { counts, failure } = await hunt({ session, place, generator, operations: OPERATIONS });
    t.equal(failure?.divergence, undefined, `seed ${seed}`);
    t.ok(counts.operations >= OPERATIONS, 'it was put to the test', { counts });
    t.match(place.told, /^Metadata: kernel /m, 'the calls were not given up');
    t.ok(calls(place.told)['dirsync_diff'], 'and were made', calls(place.told));
  });

  void t.test(`on ${fileSystem}, before anybody watches`, async (t) => {
    const place = await GuestPlace.make(vm, `/${fileSystem}`);
    t.teardown(() => place.remove());
    const without = ['link', 'xattr'] as const;
    const { steps } = new Generator({ seed: SEED + turn, batch: 300, writers: 1, without }).next();
    // Nobody waits for it: the first full comparison meets a tree that changes all the time.
    const changing = place.run(['churn'], formatScript(steps.filter(({ op }) => op !== 'settle')));
    const session = await Session.start(place, { scope: [], syncerOptions: BY_CALLS, limitMs: LIMIT_MS });
    t.match(await changing, { code: 0 });
    t.equal((await session.play([{ op: 'settle' }])) ?? (await session.end()), undefined);
  });
}
