import t from 'tap';
import { AgentLostError, GuestError } from '../../../../vm/guest/errors.ts';
import { PROTOCOL_VERSION } from '../../../../vm/guest/messages.ts';
import { connectAgent } from './real-agent.ts';

void t.test('says hello and ends when asked', async (t) => {
  const { client, ended } = await connectAgent(t);
  const hello = await client.ready;
  t.equal(hello.protocol, PROTOCOL_VERSION);
  t.match(hello.kernel, /^\d+\.\d+/);
  await client.shutdown();
  t.strictSame(await client.closed, { kind: 'done' });
  t.match(await ended, { exitCode: 0, stderr: '' });
});

void t.test('asks init for a reboot by its exit status', async (t) => {
  const { client, ended } = await connectAgent(t);
  await client.shutdown('reboot');
  t.match(await ended, { exitCode: 64 });
});

void t.test('runs programs', async (t) => {
  const { client } = await connectAgent(t);
  const result = await client.exec(['sh', '-c', 'echo out; echo err >&2; exit 3']);
  t.match(result, { code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' });
  t.match(await client.exec(['cat'], { stdin: 'grüße' }), { code: 0, stdout: 'grüße' });
  t.match(await client.exec(['pwd'], { cwd: '/usr' }), { stdout: '/usr\n' });
  t.match(await client.exec(['sh', '-c', 'echo $A$B'], { env: { A: 'x', B: 'ü' } }), { stdout: 'xü\n' });
  t.match(await client.exec(['sh', '-c', 'kill -9 $$']), { code: null, signal: 'SIGKILL' });
});

void t.test('passes bytes that are no UTF-8, as arguments and as output', async (t) => {
  const { client } = await connectAgent(t);
  const odd = Buffer.from([0x66, 0xff, 0xfe, 0x0a, 0x7e, 0x22, 0x5c, 0x01]);
  const { stdoutBytes } = await client.exec(['printf', '%s', odd]);
  t.equal(stdoutBytes.toString('hex'), odd.toString('hex'));
});

void t.test('names what failed in the guest', async (t) => {
  const { client } = await connectAgent(t);
  await t.rejects(client.exec(['/no/such/program']), /ENOENT: .*no\/such\/program/);
  await t.rejects(client.exec(['true'], { cwd: '/nowhere' }), /ENOENT: .*nowhere/);
  await t.rejects(client.exec(['a\0b']), /found: EINVAL/);
  await t.rejects(client.readFile('/'), /found: EISDIR/);
  await t.rejects(client.readFile('/dev/zero'), /found: EINVAL/);
  await t.rejects(client.writeFile('/no/such/file', ''), GuestError);
  t.match(await client.exec(['true']), { code: 0 }, 'and goes on');
});

void t.test('loses nothing of much output', async (t) => {
  const { client } = await connectAgent(t);
  const { stdoutBytes, stderrBytes } = await client.exec(['sh', '-c', 'seq 1 700000; seq 1 100000 >&2']);
  const lines = stdoutBytes.toString().trimEnd().split('\n');
  t.equal(lines.length, 700_000);
  t.ok(lines.every((line, index) => line === String(index + 1)));
  t.equal(stderrBytes.toString().trimEnd().split('\n').length, 100_000);
});

void t.test('a slow host stops the program, not the agent', async (t) => {
  const { client, line } = await connectAgent(t);
  const process = await client.spawn(['seq', '1', '1000000']);
  line.pause();
  const other = client.exec(['echo', 'alive']);
  line.resume();
  t.match(await other, { stdout: 'alive\n' });
  t.match(await process.exited, { code: 0 });
  t.match(process.stdout.slice(-8), '1000000\n');
});

void t.test('talks to a program while it runs', async (t) => {
  const { client } = await connectAgent(t);
  const cat = await client.spawn([
    'sh',
    '-c',
    'echo ready; while read line; do echo "got $line"; done; echo bye',
  ]);
  await cat.output('ready');
  await cat.write('one\ntwo\n');
  t.equal(await cat.output(/got \w+/), 'got one');
  t.equal(await cat.output(/got \w+/), 'got two', 'what was matched is consumed');
  await t.rejects(cat.output('three', { timeout: 1 }), {
    code: 'OUTPUT_MISSING',
    message: /nothing in 1 ms/,
  });
  await cat.end();
  t.equal(await cat.output('bye'), 'bye');
  t.match(await cat.exited, { code: 0 });
  await t.rejects(cat.output('more'), { message: /ended with 0/ });
  t.equal(await cat.kill(), false);
  await t.rejects(cat.write('x'), /found: EPIPE/);
  t.equal(cat.stdout, 'ready\ngot one\ngot two\nbye\n');
});

void t.test('writes more to stdin than a pipe holds', async (t) => {
  const { client } = await connectAgent(t);
  const data = 'x'.repeat(1_000_000);
  const { stdout } = await client.exec(['wc', '-c'], { stdin: data });
  t.equal(stdout.trim(), '1000000');
  const sleeper = await client.spawn(['sleep', '100']);
  const write = sleeper.write(data);
  await sleeper.kill('SIGKILL');
  await t.rejects(write, /found: EPIPE/, 'a write to a program that does not read ends with it');
});

void t.test('signals reach the whole process group', async (t) => {
  const { client } = await connectAgent(t);
  const shell = await client.spawn(['sh', '-c', 'sleep 1000 & echo $!; wait']);
  const sleeper = await shell.output(/\d+/);
  t.equal(await shell.kill('SIGTERM'), true);
  t.match(await shell.exited, { signal: 'SIGTERM', code: null });
  const { code } = await client.exec(['sh', '-c', `while kill -0 ${sleeper} 2>/dev/null; do :; done`]);
  t.equal(code, 0, 'the child is gone, too');
  await t.rejects(shell.kill('SIGNONSENSE'), /found: EINVAL/);
});

void t.test('a process left behind with the pipes does not hold up the exit', async (t) => {
  const { client } = await connectAgent(t);
  const shell = await client.spawn(['sh', '-c', 'sleep 1000 & echo early']);
  t.match(await shell.exited, { code: 0 });
  t.equal(shell.stdout, 'early\n');
  t.equal(await shell.kill('SIGKILL'), true, 'and it can still be reached');
});

void t.test('kills what does not end in time', async (t) => {
  const { client } = await connectAgent(t);
  await t.rejects(client.exec(['sh', '-c', 'echo begun; sleep 1000'], { timeout: 200 }), {
    code: 'EXEC_TIMEOUT',
    stdout: 'begun\n',
  });
});

void t.test('everything pending rejects when the agent is gone', async (t) => {
  const { client, pid } = await connectAgent(t);
  // Both end by themselves soon after the agent: nobody is left to kill them.
  const cat = await client.spawn(['cat']);
  const pending = Promise.allSettled<unknown>([
    client.exec(['sleep', '1']),
    cat.exited,
    cat.output('never'),
    client.readFile('/proc/self/maps').then(async () => client.exec(['sleep', '1'])),
  ]);
  await cat.write('begun\n');
  process.kill(pid, 'SIGKILL');
  for (const outcome of await pending) t.match(outcome, { status: 'rejected', reason: AgentLostError });
  await t.rejects(client.exec(['true']), AgentLostError);
  await t.rejects(cat.kill(), AgentLostError);
  t.match(await client.closed, { kind: 'lost', error: AgentLostError });
});

void t.test('refuses a guest with another nonce', async (t) => {
  const { client } = await connectAgent(t, { nonce: 'another' });
  await t.rejects(client.ready, { message: /nonce "c0ffee"/ });
});

void t.test('ends when aborted', async (t) => {
  const abort = new AbortController();
  const { client } = await connectAgent(t, { signal: abort.signal });
  const pending = client.exec(['sleep', '1000']);
  await client.ready;
  abort.abort();
  await t.rejects(pending, { message: /aborted/ });
});

void t.test('lives while it beats, and while it sends', async (t) => {
  const beat = Promise.withResolvers<void>();
  let signs = 0;
  const onSignOfLife = (): void => {
    signs += 1;
    // The first one is its hello.
    if (signs === 2) beat.resolve();
  };
  const { client } = await connectAgent(t, { onSignOfLife });
  await beat.promise;
  const before = signs;
  await client.exec(['seq', '100000']);
  t.ok(signs > before + 10, `${signs - before} messages with output, each a sign of life`);
});
