import t from 'tap';
import { exitStatus } from '../../../../vm/guest/guest-process.ts';
import { connectAgent } from './real-agent.ts';

void t.test("the exit status is the shell's, for a code and for a signal", async (t) => {
  const { client } = await connectAgent(t);
  const statuses: number[] = [];
  for (const script of ['exit 0', 'exit 7', 'kill -KILL $$', 'kill -TERM $$', 'kill -40 $$']) {
    statuses.push(exitStatus(await client.exec(['sh', '-c', script])));
  }
  t.same(statuses, [0, 7, 137, 143, 128]);
});
