/** The real agent as a process of this host, for tests: on a socket, as if it were in a guest. */
import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import type { Test } from 'tap';
import { Cache } from '../../../../vm/cache.ts';
import { memorySink } from '../../../../vm/events.ts';
import { cacheRoot } from '../../../../vm/paths.ts';
import { AgentClient, type ConnectOptions } from '../../../../vm/guest/agent-client.ts';
import { compileGuest } from '../../../../vm/image/compile-guest.ts';

export const NONCE = 'c0ffee';

const guest = Cache.open(cacheRoot()).then(async (cache) =>
  compileGuest({ cache, events: memorySink(), signal: new AbortController().signal }),
);

/** Starts the agent and gives its line and its end; both are cleaned up with the test. */
export async function startAgent(
  t: Test,
): Promise<{ line: Duplex; ended: PromiseLike<{ exitCode?: number; stderr: string }>; pid: number }> {
  const { agent } = await guest;
  const subprocess = execa(agent, ['--fd', '3', '--nonce', NONCE], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    buffer: { fd3: false },
    reject: false,
  });
  const line = subprocess.nodeChildProcess.stdio[3] as Duplex;
  t.teardown(async () => {
    line.destroy();
    await subprocess;
  });
  return { line, ended: subprocess, pid: subprocess.pid ?? 0 };
}

export async function connectAgent(
  t: Test,
  options: Partial<ConnectOptions> = {},
): Promise<{ client: AgentClient } & Awaited<ReturnType<typeof startAgent>>> {
  const agent = await startAgent(t);
  return { ...agent, client: AgentClient.connect(agent.line, { nonce: NONCE, ...options }) };
}
