/**
 * The host's end of the line: numbered frames out, checked and ordered messages in. Frames that were lost or damaged
 * on the way (the kernel writes into a line that it shares) are asked for again; what cannot be had ends the line.
 */
import type { Duplex } from 'node:stream';
import { AgentLostError } from './errors.ts';
import { encodeFrame, encodeJson, FrameDecoder, type FrameEvent } from './frames.ts';
import { type GuestMessage, type HostMessage, parseGuestMessage } from './messages.ts';

/** How long to wait for a frame that was asked for before asking again, in ms, and how often to ask. */
const RESEND_WAIT = 1000;
const RESEND_TRIES = 10;

export interface LineEvents {
  /** A message, in the order in which the guest sent it. */
  onMessage(message: GuestMessage): void;
  /** Noise, damage, or loss that was noticed (and is being repaired); one line of text. */
  onFault(text: string): void;
  /** Nothing more will come, for this reason. Called once. */
  onEnd(error: AgentLostError): void;
}

export class Line {
  readonly #stream: Duplex;
  readonly #events: LineEvents;
  readonly #decoder = new FrameDecoder();
  #awaitsFirst: boolean;
  #nextSeq = 0;
  #dueSeq = 0;
  #ended = false;
  /** Runs while frame `#dueSeq` has been asked for. */
  #resendTimer: NodeJS.Timeout | undefined;
  #resendsOfDue = 0;

  /** @param isTakenOver the guest has talked to another host before: its frames before number 0 are not for us */
  constructor(stream: Duplex, events: LineEvents, isTakenOver = false) {
    this.#awaitsFirst = isTakenOver;
    this.#stream = stream;
    this.#events = events;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', (error) => this.#end('the line to the agent failed', error));
    stream.on('end', () => this.#end('the line to the agent was closed by the other side'));
    stream.on('close', () => this.#end('the line to the agent was closed'));
  }

  send(message: HostMessage): void {
    if (this.#ended) return;
    this.#stream.write(encodeFrame(this.#nextSeq, encodeJson(message)));
    this.#nextSeq = (this.#nextSeq + 1) >>> 0;
  }

  /** Closes the line; no event is sent any more. */
  close(): void {
    this.#ended = true;
    clearTimeout(this.#resendTimer);
    this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    for (const event of this.#decoder.push(chunk)) {
      if (this.#ended) return;
      this.#take(event);
    }
  }

  #take(event: FrameEvent): void {
    if (this.#awaitsFirst && (event.kind !== 'frame' || event.seq !== 0)) return;
    this.#awaitsFirst = false;
    if (event.kind === 'noise') {
      this.#events.onFault(`no frame: ${JSON.stringify(event.text.trimEnd())}`);
      return;
    }
    if (event.kind === 'damaged') {
      this.#events.onFault(`damaged frame (${event.reason}): ${JSON.stringify(event.text.slice(0, 80))}`);
      this.#askAgain();
      return;
    }
    const ahead = (event.seq - this.#dueSeq) | 0;
    // Behind: it came before, and once more because something before it was asked for.
    if (ahead < 0) return;
    if (ahead > 0) {
      if (this.#resendTimer === undefined) this.#events.onFault(`${ahead} frames lost before ${event.seq}`);
      this.#askAgain();
      return;
    }
    this.#dueSeq = (this.#dueSeq + 1) >>> 0;
    this.#resendsOfDue = 0;
    clearTimeout(this.#resendTimer);
    this.#resendTimer = undefined;
    const message = parseGuestMessage(event.payload);
    if (typeof message === 'string') this.#end(`a message that the protocol does not know: ${message}`);
    else this.#events.onMessage(message);
  }

  #askAgain(): void {
    if (this.#resendTimer !== undefined) return;
    if (this.#resendsOfDue++ === RESEND_TRIES) {
      this.#end(`frame ${this.#dueSeq} did not come, asked for ${RESEND_TRIES} times`);
      return;
    }
    this.send({ type: 'resend', from: this.#dueSeq });
    this.#resendTimer = setTimeout(() => {
      this.#resendTimer = undefined;
      this.#askAgain();
    }, RESEND_WAIT);
    this.#resendTimer.unref();
  }

  #end(found: string, cause?: unknown): void {
    if (this.#ended) return;
    this.close();
    this.#events.onEnd(new AgentLostError({ tried: 'talk to the agent in the guest', found, cause }));
  }
}
