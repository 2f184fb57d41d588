/**
 * The schema of events.jsonl: what can happen in a run, one object a line. From this one source come the types that the
 * harness is compiled with, the check of a file that is read back, and the JSON Schema for others (docs/events.schema.json).
 */
import { z } from 'zod';
import { VERDICTS } from '../verdict.ts';
import { manifestSchema } from './manifest-schema.ts';

/** Raised when a kind or a field changes its meaning or goes away; new kinds and new optional fields do not raise it. */
export const EVENTS_VERSION = 1;

const ms = z.number().nonnegative().describe('milliseconds');
const verdict = z.enum(VERDICTS);
const stage = z
  .enum(['doctor', 'fetch', 'patch', 'configure', 'build', 'pack', 'boot', 'test', 'report'])
  .describe('a stage of a run');
const vm = z.string().describe("the guest's name, also of its folder in the run's folder");
const file = z.string().describe("a test file, relative to the checkout's top");
const path = z.array(z.string()).readonly().describe('the names of the subtests around it, outermost first');

/** A report of the kernel in a guest's console. */
const finding = z
  .object({
    kind: z
      .enum(['panic', 'splat', 'stall'])
      .describe('panic: the kernel died; splat: it went on; stall: something did not get on'),
    title: z.string(),
    from: z.number().int().positive().describe('its first line in console.log, counted from 1'),
    to: z.number().int().positive().describe('its last line'),
    text: z.string().describe('the report, without what others printed between its lines; a long one is cut'),
    known: z
      .object({ reason: z.string(), expires: z.string() })
      .readonly()
      .exactOptional()
      .describe('why it is excused, and until when'),
  })
  .readonly();

const run = [
  z.object({
    kind: z.literal('run.begin'),
    version: z.literal(EVENTS_VERSION).describe('of this schema'),
    command: z.string().describe('what was typed, quoted for a shell'),
  }),
  z.object({ kind: z.literal('run.manifest'), manifest: manifestSchema }),
  z.object({
    kind: z.literal('run.error').describe('the run could not go on'),
    code: z.string(),
    tried: z.string(),
    found: z.string(),
    hint: z.string().exactOptional(),
    verdict,
  }),
  z.object({
    kind: z
      .literal('run.end')
      .describe('its absence says that the run did not end: it was killed, or it goes on'),
    verdict,
    interrupted: z
      .literal(true)
      .exactOptional()
      .describe('by Ctrl+C: there is no verdict on what did not run'),
    ms,
  }),
  z.object({
    kind: z
      .literal('run.summary')
      .describe('what a person is told last: what failed, and how to run that again'),
    lines: z.array(z.string()).readonly(),
  }),
] as const;

const stages = [
  z.object({ kind: z.literal('stage.begin'), stage, detail: z.string() }),
  z.object({
    kind: z.literal('stage.progress'),
    stage,
    done: z.number(),
    total: z.number().exactOptional().describe('absent while it is not known how much there is'),
    unit: z.enum(['bytes', 'files', 'steps']),
    detail: z.string().exactOptional(),
  }),
  z.object({
    kind: z.literal('stage.end'),
    stage,
    outcome: z.enum(['done', 'cached', 'failed']),
    ms,
    detail: z.string(),
  }),
  z.object({ kind: z.literal('note'), text: z.string() }),
  z.object({ kind: z.literal('warning'), text: z.string() }),
] as const;

const guests = [
  z.object({
    kind: z.literal('vm.start'),
    vm,
    accel: z.string(),
    commandLine: z.string().describe("QEMU's, quoted for a shell"),
    pid: z.number().exactOptional().describe("QEMU's process; absent when it could not be started"),
    bootMs: ms.exactOptional().describe('how long it may take to answer, in milliseconds'),
  }),
  z.object({ kind: z.literal('vm.ready'), vm, ms, kernel: z.string() }),
  z.object({
    kind: z.literal('vm.call').describe('the guest is asked for something, or something of it is waited for'),
    vm,
    call: z.number().describe('numbers the calls of one guest'),
    what: z.string().describe('in one line, e.g. `run dirsync --once source destination`'),
  }),
  z.object({ kind: z.literal('vm.return'), vm, call: z.number(), ms, ok: z.boolean() }),
  z.object({
    kind: z.literal('vm.end'),
    vm,
    verdict,
    title: z.string().describe('one line, e.g. `kernel panic: sysrq triggered crash`'),
    ms,
    findings: z.array(finding).readonly().exactOptional(),
    diagnostics: z
      .array(z.string().describe('a file beside console.log that tells more of a bad end'))
      .readonly()
      .exactOptional(),
  }),
  z.object({
    kind: z.literal('vm.report').describe('what a person is told of a guest that ended badly'),
    vm,
    text: z.string().describe("the end of the console, QEMU's command line, and how to run it by hand"),
  }),
] as const;

const tests = [
  z.object({
    kind: z.literal('tests.begin'),
    round: z.number().int().positive().describe('1, and more with --repeat'),
    rounds: z.number().int().positive().exactOptional().describe('absent with --until-failure alone'),
    files: z.array(file).readonly(),
  }),
  z.object({
    kind: z.literal('test.point').describe('an assertion, or a test that failed without one'),
    file,
    path,
    name: z.string(),
    ok: z.boolean(),
    skip: z.string().exactOptional().describe('why it was not run'),
    todo: z.string().exactOptional().describe('why it may fail'),
    ms: ms.exactOptional(),
    diag: z.record(z.string(), z.unknown()).exactOptional().describe("TAP's diagnostics, as they were read"),
  }),
  z.object({ kind: z.literal('test.end').describe('a subtest is over'), file, path, ok: z.boolean(), ms }),
  z.object({ kind: z.literal('file.end').describe('a test file is over'), file, ok: z.boolean(), ms }),
  z.object({
    kind: z.literal('tap').describe('a line of the TAP stream, as it came'),
    text: z.string(),
  }),
  z.object({
    kind: z.literal('stderr').describe('a line that a test file wrote to stderr'),
    text: z.string(),
  }),
  z.object({
    kind: z.literal('bench').describe('one measurement'),
    name: z.string().describe('what was measured'),
    arm: z.string().describe('which of the things that are compared'),
    value: z.number(),
    unit: z.string(),
  }),
] as const;

/** What happens, as the harness emits it: one of the kinds above. */
export const harnessEvent = z.discriminatedUnion('kind', [...run, ...stages, ...guests, ...tests]);

/** What each recorded event has besides. */
const RECORD = {
  time: z.number().describe('milliseconds since the Unix epoch'),
  from: z
    .string()
    .exactOptional()
    .describe('the test file whose process wrote it; absent for the run itself'),
};

/** A line of events.jsonl. */
export const recordedEvent = z.discriminatedUnion(
  'kind',
  [...run, ...stages, ...guests, ...tests].map((kind) =>
    kind.extend(RECORD),
  ) as unknown as typeof harnessEvent.options,
);

export type HarnessEvent = Readonly<z.infer<typeof harnessEvent>>;
export type Stage = z.infer<typeof stage>;
export type Finding = z.infer<typeof finding>;
