/** Turns the TAP stream of the test files into events: each test point once, with the subtests that it stands in. */
import { Parser, type Result } from 'tap-parser';
import type { EventSink, HarnessEvent } from '../events.ts';

/** What tap writes for a test that --filter left out. */
const FILTERED = /^filter: /;

type Point = Extract<HarnessEvent, { kind: 'test.point' }>;

/**
 * Feed it with TAP as tap prints it: a subtest for each file.
 *
 * The point that sums up a subtest says how the subtest ended. It is a test point of its own only if it failed although
 * nothing inside did: a timeout, a plan that was not kept, a file that crashed.
 */
export class TapEvents {
  readonly #parser = new Parser();
  readonly #sink: EventSink;
  #failures = 0;
  #points = 0;

  constructor(sink: EventSink) {
    this.#sink = sink;
    this.#watch(this.#parser, []);
  }

  write(text: string): void {
    this.#parser.write(text);
  }

  /** @returns whether the stream was whole and all in it passed, and how many tests were run */
  end(): { readonly ok: boolean; readonly points: number } {
    this.#parser.end();
    return { ok: this.#parser.ok, points: this.#points };
  }

  /** @param names of the file and the subtests that `parser` reads the inside of */
  #watch(parser: Parser, names: readonly string[]): void {
    let failuresBefore = 0;
    parser.on('child', (child: Parser) => {
      failuresBefore = this.#failures;
      this.#watch(child, [...names, child.name]);
    });
    parser.on('assert', (result: Result) => {
      const [file = result.name, ...path] = names;
      if (FILTERED.test(typeof result.skip === 'string' ? result.skip : '')) return;
      if (!result.closingTestPoint) return this.#point(file, path, result);
      const silent = !result.ok && !result.todo && this.#failures === failuresBefore;
      if (silent || (result.skip && names.length > 0)) this.#point(file, path, result);
      const end = { file, ok: result.ok, ms: result.time ?? 0 };
      this.#sink.emit(
        names.length === 0
          ? { kind: 'file.end', ...end }
          : { kind: 'test.end', ...end, path: [...path, result.name] },
      );
    });
  }

  #point(file: string, path: readonly string[], result: Result): void {
    const { skip, todo, time, diag } = result;
    const ok = result.ok || Boolean(todo) || Boolean(skip);
    const point: Point = {
      kind: 'test.point',
      file,
      path: [...path],
      name: result.name === '' ? `point ${result.id}` : result.name,
      ok,
      ...(skip && { skip: reason(skip) }),
      ...(todo && { todo: reason(todo) }),
      ...(typeof time === 'number' && { ms: time }),
      ...(diag && { diag: diag as Record<string, unknown> }),
    };
    if (!ok) this.#failures += 1;
    if (!skip) this.#points += 1;
    this.#sink.emit(point);
  }
}

/** TAP allows a directive without a reason; tap-parser then says `true`. */
function reason(directive: string | boolean): string {
  return typeof directive === 'string' ? directive : '';
}
