/**
 * The agent's connection as the agent's client sees it: without its end.
 *
 * When QEMU goes, its sockets close before anyone knows why. This stream then just stays silent, until the cause is
 * known and the client is told by `lose`: so everything that was pending rejects with the verdict, not with "closed".
 */
import { Duplex } from 'node:stream';

/** Wraps the socket; destroying the result destroys the socket. */
export function agentLine(socket: Duplex): Duplex {
  const line = new Duplex({
    read: () => void socket.resume(),
    // A write into a QEMU that is gone fails, and is no news: its exit is observed.
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, () => done()),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!line.push(chunk)) socket.pause();
  });
  socket.on('error', () => undefined);
  return line;
}
