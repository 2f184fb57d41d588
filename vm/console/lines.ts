/** Cuts a stream of bytes, arriving in chunks of any size, into lines. */
import { StringDecoder } from 'node:string_decoder';

/** A guest that prints without newlines must not fill the harness's memory: longer lines are cut here, in characters. */
const LONGEST_LINE = 16_384;

export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** The lines that `chunk` completes, without their ends. A serial console ends lines with CR LF, or CR CR LF. */
  feed(chunk: Uint8Array): string[] {
    return this.#split(this.#decoder.write(chunk));
  }

  /** What is left when the stream ends: nothing, or one line that had no end. */
  end(): string[] {
    const lines = this.#split(this.#decoder.end());
    if (this.#rest !== '') lines.push(clean(this.#rest));
    this.#rest = '';
    return lines;
  }

  #split(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    while (this.#rest.length > LONGEST_LINE) {
      lines.push(this.#rest.slice(0, LONGEST_LINE));
      this.#rest = this.#rest.slice(LONGEST_LINE);
    }
    return lines.map(clean);
  }
}

function clean(line: string): string {
  return line.replaceAll('\r', '');
}
