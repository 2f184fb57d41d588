/** One report while it is being printed: its lines, its extent, its title so far. */
import type { Finding, FindingKind } from './finding.ts';
import { BUG_MESSAGES, CUT_HERE, DIE_LINE, type Form, FORMS, RULE, WARN_MESSAGES } from './forms.ts';
import { guiltyFunction } from './guilty.ts';
import type { KernelLine } from './printk.ts';

/** The lines of a report come at once: after a pause of so many seconds the next line is about something else. */
const PAUSE_S = 5;
/** A consequence (panic_on_warn, a watchdog's panic) comes within this many seconds of the report's last line. */
const CONSEQUENCE_S = 10;
/** No report is longer, but for one of many processors. */
const MOST_LINES = 500;

/** The end of a stack trace, after which a report goes on only with one of the lines below. */
const TRACE_END = /^\s+<\/TASK>$/;
const GOES_ON = new RegExp(
  `^(?:${[
    '---\\[ end',
    'Kernel panic',
    'Modules linked in',
    'CR2: ',
    'RIP: ',
    'RSP: ',
    'R[0-9A-DS][0-9XIPS]: ',
    '[CDEFG]S: ',
    'Code: ',
    'Call Trace:',
    'CPU: ',
    'NMI backtrace',
    'Sending NMI',
    'rcu: ',
    'RCU grace-period kthread',
    'Stack dump where',
    'task:',
    'irq event stamp',
    '(?:hard|soft)irqs last',
    'Allocated by',
    'Freed by',
    'Last potentially',
    'Second to last',
    'The buggy address',
    'Memory state',
    'Kernel Offset',
    'Showing ',
    'INFO: lockdep',
    'FIX ',
    '={30,}$',
    '\\s',
    '$',
  ].join('|')})`,
);

/** The form of the report that `text` opens, if any. */
export function opens(text: string): Form | undefined {
  return FORMS.find(({ open }) => open.test(text));
}

export class Report {
  readonly caller: string;
  readonly #form: Form;
  readonly #opening: RegExpExecArray;
  /** What stood around "cut here", before the opening line. */
  readonly #messages: readonly string[];
  readonly #from: number;
  /** Lines of the reporting processor, and those of others that it asked, without stamps. */
  readonly #own: string[];
  readonly #others: string[] = [];
  readonly #text: string[];
  #to: number;
  #seconds: number;
  #kind: FindingKind;
  #traceEnded = false;
  #dieLineSeen: boolean;
  #ended: boolean;

  constructor(
    form: Form,
    { caller, seconds, text }: KernelLine,
    lineNumber: number,
    lead: { readonly from: number; readonly lines: readonly string[] } | undefined,
  ) {
    this.caller = caller;
    this.#form = form;
    this.#opening = form.open.exec(text)!;
    this.#messages = lead?.lines ?? [];
    this.#from = lead?.from ?? lineNumber;
    this.#own = [text];
    this.#text = [...(lead?.lines ?? []), text];
    this.#to = lineNumber;
    this.#seconds = seconds;
    this.#kind = form.kind;
    this.#dieLineSeen = form.oops !== true;
    this.#ended = form.end === 'at once';
  }

  get kind(): FindingKind {
    return this.#kind;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  get expectsDieLine(): boolean {
    return !this.#dieLineSeen;
  }

  /** Whether a line at `seconds` comes too late to belong to this report. */
  isOver(seconds: number): boolean {
    return this.#ended || (this.#kind !== 'panic' && seconds - this.#seconds > PAUSE_S);
  }

  isRecent(seconds: number): boolean {
    return seconds - this.#seconds <= CONSEQUENCE_S;
  }

  /** Whether `text` begins another report, as the ruled lines do that do not end this one. */
  endsBefore(text: string): boolean {
    if (this.#kind === 'panic') return false;
    return CUT_HERE.test(text) || (RULE.test(text) && this.#form.end !== RULE);
  }

  /** Adds a line that follows; false when it shows that the report is over, and is not part of it. */
  add(line: KernelLine, lineNumber: number): boolean {
    if (this.#traceEnded && this.#kind !== 'panic' && !GOES_ON.test(line.text)) return false;
    this.#append(line, lineNumber);
    if (this.#kind === 'panic') return true;
    this.#traceEnded = TRACE_END.test(line.text) || (this.#traceEnded && line.text.trim() === '');
    const { end } = this.#form;
    this.#ended = (end instanceof RegExp && end.test(line.text)) || this.#text.length >= MOST_LINES;
    return true;
  }

  /** The kernel ended because of this report, and said so in `line`. */
  becomePanic(line: KernelLine, lineNumber: number): void {
    this.#kind = 'panic';
    this.#ended = false;
    this.#append(line, lineNumber);
  }

  get finding(): Finding {
    return {
      kind: this.#kind,
      title: this.#title(),
      from: this.#from,
      to: this.#to,
      text: this.#text.join('\n'),
    };
  }

  #append({ caller, seconds, text }: KernelLine, lineNumber: number): void {
    if (DIE_LINE.test(text)) this.#dieLineSeen = true;
    (caller === this.caller ? this.#own : this.#others).push(text);
    if (this.#text.length < MOST_LINES) this.#text.push(text);
    this.#to = lineNumber;
    this.#seconds = seconds;
  }

  #title(): string {
    const { title, blames } = this.#form;
    const what = this.#special() ?? title.replaceAll(/\$(\d)/g, (_, group) => this.#group(Number(group)));
    if (!blames) return what;
    // Lockdep prints the stacks of those who took the locks before, and last the one that it found at fault.
    const last = this.#own.lastIndexOf('stack backtrace:');
    const running = this.#form.kind === 'stall';
    const guilty =
      guiltyFunction(this.#opening.groups?.['at'], this.#own.slice(last + 1), running) ??
      guiltyFunction(undefined, this.#others, running);
    return guilty === undefined ? what : `${what} in ${guilty}`;
  }

  /** The title by the message that was printed before the opening line, where that says more. */
  #special(): string | undefined {
    const table = this.#form.title === 'WARNING' ? WARN_MESSAGES : BUG_MESSAGES;
    if (this.#form.title !== 'WARNING' && this.#form.title !== 'kernel BUG') return undefined;
    return table.find(({ message }) => this.#messages.some((text) => message.test(text)))?.title;
  }

  /** A group of the opening line, without what changes from run to run. */
  #group(index: number): string {
    return (this.#opening[index] ?? '')
      .replaceAll(/\b(?:0x)?[0-9a-f]{8,}\b|\b0x[0-9a-f]+\b/g, 'ADDR')
      .replaceAll(/\bkworker\/[\w:+-]+/g, 'kworker')
      .replaceAll(/(?<![\w-])\d+(?![\w-])/g, 'N')
      .trim();
  }
}
