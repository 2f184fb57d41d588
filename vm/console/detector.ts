/**
 * Collects the kernel's reports from its console, a line at a time.
 *
 * A report is found as soon as its opening line is complete, and grows from there: later lines name the guilty function,
 * and sometimes turn a splat into a panic. Several processors may report at once; with CONFIG_PRINTK_CALLER each line
 * says whose it is, and their reports are taken apart.
 */
import type { Finding } from './finding.ts';
import { BUG_MESSAGES, CONSEQUENT_PANIC, CUT_HERE, DIE_LINE, RULE } from './forms.ts';
import { type KernelLine, kernelLine } from './printk.ts';
import { opens, Report } from './report.ts';

/** A kernel that complains without end must not fill the harness's memory; a panic is always kept. */
const MOST_FINDINGS = 100;

/** Lines before an opening line that belong to its report: the ruled line or "cut here", and a message between. */
const LONGEST_LEAD = 4;

/** Some BUGs say what is wrong before "cut here". */
function isMessage(text: string): boolean {
  return BUG_MESSAGES.some(({ message }) => message.test(text));
}

/** init/main.c linux_banner: a guest that was reset boots again on the same console. */
const FIRST_LINE = /^Linux version /;

interface Lead {
  readonly from: number;
  readonly lines: string[];
}

export class SplatDetector {
  readonly #reports: Report[] = [];
  /** By caller. */
  readonly #open = new Map<string, Report>();
  readonly #leads = new Map<string, Lead>();
  #panic: Report | undefined;
  #lineNumber = 0;
  #findings: readonly Finding[] | undefined;

  /** Takes the next line of the console, without its end; `isCut`: it had none, for the console has ended within it. */
  line(line: string, isCut = false): void {
    this.#lineNumber += 1;
    const message = kernelLine(line);
    if (message !== undefined) this.#take(message, isCut);
  }

  /** All reports so far, in the order in which they began. */
  get findings(): readonly Finding[] {
    return (this.#findings ??= this.#reports.map((report) => report.finding));
  }

  #take(line: KernelLine, isCut: boolean): void {
    for (const [caller, report] of this.#open) {
      if (report.isOver(line.seconds)) this.#open.delete(caller);
    }
    if (this.#dies(line) || this.#escalates(line, isCut)) return;
    const current = this.#open.get(line.caller);
    const belongs = current !== undefined && current.expectsDieLine && DIE_LINE.test(line.text);
    const form = belongs ? undefined : opens(line.text);
    if (form !== undefined) {
      this.#begin(new Report(form, line, this.#lineNumber, this.#leads.get(line.caller)));
      this.#leads.delete(line.caller);
      return;
    }
    // What a processor without a report of its own says while another one reports was asked for by that report.
    const report = current ?? (this.#open.size === 1 ? [...this.#open.values()][0] : undefined);
    if (report !== undefined && !report.endsBefore(line.text) && report.add(line, this.#lineNumber)) {
      this.#findings = undefined;
      return;
    }
    if (report !== undefined) this.#close(report);
    this.#keepLead(line);
  }

  /** What a kernel says after its panic is part of that: it is no news that locks and stacks are not in order. */
  #dies(line: KernelLine): boolean {
    if (FIRST_LINE.test(line.text)) this.#panic = undefined;
    if (this.#panic === undefined) return false;
    this.#findings = undefined;
    this.#panic.add(line, this.#lineNumber);
    return true;
  }

  #begin(report: Report): void {
    if (this.#reports.length >= MOST_FINDINGS && report.kind !== 'panic') return;
    this.#findings = undefined;
    this.#reports.push(report);
    if (report.kind === 'panic') this.#panic = report;
    if (report.hasEnded) this.#open.delete(report.caller);
    else this.#open.set(report.caller, report);
  }

  #close(report: Report): void {
    for (const [caller, open] of this.#open) {
      if (open === report) this.#open.delete(caller);
    }
  }

  /**
   * A panic that carries out what the last report led to is the end of that report, not one of its own. Of one whose line is
   * cut nobody knows, and that is the likelier.
   */
  #escalates(line: KernelLine, isCut: boolean): boolean {
    const escalates = isCut ? opens(line.text)?.kind === 'panic' : CONSEQUENT_PANIC.test(line.text);
    if (!escalates) return false;
    const cause =
      this.#open.get(line.caller) ?? this.#reports.findLast(({ caller }) => caller === line.caller);
    const report = cause ?? this.#reports.at(-1);
    if (report === undefined || report.kind === 'panic' || !report.isRecent(line.seconds)) return false;
    this.#findings = undefined;
    report.becomePanic(line, this.#lineNumber);
    this.#panic = report;
    return true;
  }

  #keepLead({ caller, text }: KernelLine): void {
    const lead = this.#leads.get(caller);
    if (CUT_HERE.test(text) && lead?.lines.length === 1 && lead.lines.some(isMessage)) {
      lead.lines.push(text);
      return;
    }
    if (CUT_HERE.test(text) || RULE.test(text) || isMessage(text)) {
      this.#leads.set(caller, { from: this.#lineNumber, lines: [text] });
      return;
    }
    if (lead === undefined) return;
    if (lead.lines.length >= LONGEST_LEAD) this.#leads.delete(caller);
    else lead.lines.push(text);
  }
}
