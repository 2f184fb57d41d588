/** A program on a terminal of the real agent. */
import t from 'tap';
import { connectAgent } from './real-agent.ts';

const TERMINAL = { rows: 33, columns: 99 };

void t.test('has a terminal of the right size, the one of its session', async (t) => {
  const { client } = await connectAgent(t);
  const script = 'stty size; tty; sh -c "echo to the session >/dev/tty"; echo to stderr >&2';
  const shell = await client.spawn(['sh', '-c', script], { terminal: TERMINAL });
  t.match(await shell.exited, { code: 0 });
  t.match(shell.stdout, /^33 99\r\n\/dev\/pts\/\d+\r\nto the session\r\nto stderr\r\n$/);
  t.equal(shell.stderr, '', 'a terminal has one stream');
});

void t.test('all output comes before the end, also of a program that ends at once', async (t) => {
  const { client } = await connectAgent(t);
  for (let run = 0; run < 20; run++) {
    const shell = await client.spawn(['seq', '2000'], { terminal: TERMINAL });
    await shell.exited;
    t.match(shell.stdout.slice(-6), '2000\r\n');
  }
});

void t.test('Ctrl+C ends the foreground, and the shell goes on', async (t) => {
  const { client } = await connectAgent(t);
  const shell = await client.spawn(['sh', '-i'], { terminal: TERMINAL, env: { PS1: 'prompt:' } });
  await shell.output('prompt:');
  await shell.write('sh -c "echo begun; exec sleep 1000"\r');
  await shell.output(/^begun/m);
  await shell.write('\x03');
  await shell.output('prompt:');
  await shell.write('exit 7\r');
  t.match(await shell.exited, { code: 7 });
});

void t.test('a new size reaches the program', async (t) => {
  const { client } = await connectAgent(t);
  const script = 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.01; done';
  const shell = await client.spawn(['sh', '-c', script], { terminal: TERMINAL });
  await shell.output('ready');
  t.equal(await shell.resize({ rows: 50, columns: 132 }), true);
  await shell.output('50 132');
  await shell.exited;
  t.equal(await shell.resize({ rows: 1, columns: 1 }), false);
  const piped = await client.spawn(['sleep', '1000']);
  await t.rejects(piped.resize(TERMINAL), { message: /ENOTTY/ });
  await piped.kill();
});

void t.test('the end of input is typed', async (t) => {
  const { client } = await connectAgent(t);
  const cat = await client.spawn(['cat'], { terminal: TERMINAL });
  await cat.write('one\r');
  await cat.end();
  t.match(await cat.exited, { code: 0 });
  t.equal(cat.stdout.replaceAll('one\r\n', '1'), '11', 'the echo and the copy');
});

void t.test('what is left behind on the terminal does not hold up the end', async (t) => {
  const { client } = await connectAgent(t);
  const shell = await client.spawn(['sh', '-c', 'trap "" HUP; sleep 1000 & echo $!'], {
    terminal: TERMINAL,
  });
  t.match(await shell.exited, { code: 0 });
  await client.exec(['kill', '-9', shell.stdout.trim()]);
});

void t.test('output can be taken as it comes', async (t) => {
  const { client } = await connectAgent(t);
  let seen = '';
  const onOutput = (chunk: Buffer): void => void (seen += chunk.toString());
  const echo = await client.spawn(['echo', 'live'], { terminal: TERMINAL, onOutput });
  await echo.exited;
  t.equal(seen, 'live\r\n');
  t.equal(echo.stdout, '');
});

void t.test('a size that is none, and a program that is none', async (t) => {
  const { client } = await connectAgent(t);
  await t.rejects(client.spawn(['true'], { terminal: { rows: 0, columns: 80 } }), { message: /EINVAL/ });
  await t.rejects(client.spawn(['no-such-program'], { terminal: TERMINAL }), { message: /ENOENT/ });
});
