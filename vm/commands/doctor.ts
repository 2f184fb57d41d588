/** `npm run vm:doctor`: what this machine has and lacks; with --install, the remedy. */
import type { Command } from '../cli/command.ts';
import { hostFamily, installCommand } from '../host/distribution.ts';
import { install, missingError, missingPackages, renderFindings } from '../host/doctor.ts';
import { examine } from '../host/examine.ts';
import { REQUIREMENTS } from './requirements.ts';

export const doctor: Command = {
  name: 'vm:doctor',
  summary: 'Says what this machine has and lacks for a run, and the command that installs it.',
  options: ['install'],
  async run({ values }, { cache, signal }) {
    const family = await hostFamily();
    let findings = await examine(REQUIREMENTS);
    process.stdout.write(`${renderFindings(findings, family)}\ncache    ${cache.root}\n`);
    const packages = family === undefined ? [] : missingPackages(findings, family, true);
    if (family !== undefined && packages.length > 0) {
      const command = installCommand(family, packages, process.getuid?.() ?? 0).join(' ');
      process.stdout.write(`${values.install ? 'installing' : 'to install'}: ${command}\n`);
      if (values.install) {
        await install(family, packages, signal);
        findings = await examine(REQUIREMENTS);
      }
    }
    const error = missingError(findings, family);
    if (error !== undefined) throw error;
    process.stdout.write('ready: nothing that is needed is missing\n');
    return 'PASS';
  },
};
