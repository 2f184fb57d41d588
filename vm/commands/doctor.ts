/** `npm run vm:doctor`: what this machine has and lacks; with --install, the remedy. */
import type { Command } from '../cli/command.ts';
import type { Context } from '../context.ts';
import { type Family, hostFamily } from '../host/distribution.ts';
import { install, missingError, missingPackages, remedies, renderFindings } from '../host/doctor.ts';
import { examine, type Finding } from '../host/examine.ts';
import {
  DISK_NEEDED,
  type MachineFacts,
  MEMORY_NEEDED,
  readMachineFacts,
  renderFacts,
} from '../host/machine-facts.ts';
import { type Accel, chooseAccel } from '../qemu/accel/accel.ts';
import { findQemu } from '../qemu/find-qemu.ts';
import { REQUIREMENTS } from './requirements.ts';

export const doctor: Command = {
  name: 'vm:doctor',
  summary: 'Says what this machine has and lacks for a run, and the command that installs it.',
  options: ['install', 'json'],
  async run({ values }, context) {
    const { cache, signal } = context;
    const uid = process.getuid?.() ?? 0;
    const family = await hostFamily();
    const json = values.json === true;
    const say = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`);
    let findings = await examine(REQUIREMENTS);
    say(renderFindings(findings, family));
    const commands = remedies(findings, uid);
    if (family !== undefined && values.install === true && commands[family] !== undefined) {
      say(`installing: ${commands[family]}`);
      await install(family, missingPackages(findings, family, true), signal);
      findings = await examine(REQUIREMENTS);
    } else {
      for (const [name, command] of Object.entries(commands))
        if (family === undefined || name === family) say(`to install: ${command}`);
    }
    const facts = await readMachineFacts(cache.root, await accelerator(findings, context));
    say(renderFacts(facts, cache.root));
    const error = missingError(findings, family);
    if (json) process.stdout.write(`${JSON.stringify(report(findings, facts, family, uid), null, 2)}\n`);
    if (error !== undefined) throw error;
    say('ready: nothing that is needed is missing');
    return 'PASS';
  },
};

/** Tries KVM by a guest, where there is a QEMU to try it with. */
async function accelerator(findings: readonly Finding[], context: Context): Promise<Accel | undefined> {
  const qemu = findings.find(({ name }) => name === 'qemu-system-x86_64');
  if (qemu?.present !== true) return undefined;
  // The answer is a line of ours, so the note about it is not wanted.
  const quiet = { ...context, events: { emit: () => undefined } };
  return chooseAccel('auto', await findQemu(process.env, context.signal), quiet);
}

/** What `--json` prints. */
function report(
  findings: readonly Finding[],
  { diskFree, memoryAvailable, accel }: MachineFacts,
  family: Family | undefined,
  uid: number,
): Record<string, unknown> {
  return {
    ready: missingError(findings, family) === undefined,
    family,
    requirements: findings.map(({ name, present, found, requirement }) => ({
      name,
      present,
      found,
      oldest: requirement.oldest,
      optional: requirement.optional === true,
      why: requirement.why,
      packages: requirement.packages,
    })),
    install: remedies(findings, uid),
    accel,
    disk: { freeBytes: diskFree, neededBytes: DISK_NEEDED },
    memory: { availableBytes: memoryAvailable, neededBytes: MEMORY_NEEDED },
  };
}
