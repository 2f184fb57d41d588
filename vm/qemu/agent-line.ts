/**
 * The agent's connection as the agent's client sees it: without its end.
 *
 * When QEMU goes, its sockets close before anyone knows why. This stream then just stays silent, until the cause is
 * known and the client is told by `lose`: so everything that was pending rejects with the verdict, not with "closed".
 */
import { Duplex, type Readable, type Writable } from 'node:stream';

/**
 * Joins the two directions. Destroying the result only stops listening: others may read the same stream, and QEMU's end
 * closes it.
 */
export function agentLine(fromGuest: Readable, toGuest: Writable): Duplex {
  const take = (chunk: Buffer): void => {
    if (!line.push(chunk)) fromGuest.pause();
  };
  const line = new Duplex({
    read: () => void fromGuest.resume(),
    // A write into a QEMU that is gone fails, and is no news: its exit is observed.
    write: (chunk: Buffer, _encoding, done) => void toGuest.write(chunk, () => done()),
    destroy: (error, done) => {
      fromGuest.off('data', take);
      // What comes still must be read, or the stream would never get to its end.
      fromGuest.resume();
      done(error);
    },
  });
  fromGuest.on('data', take);
  for (const stream of [fromGuest, toGuest]) stream.on('error', () => undefined);
  return line;
}
