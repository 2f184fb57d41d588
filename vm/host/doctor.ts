/** The doctor: what this machine has and lacks, and the one command that brings what is missing. */
import { execa } from 'execa';
import { InfraError } from '../errors.ts';
import { FAMILIES, type Family, installCommand } from './distribution.ts';
import type { Finding } from './examine.ts';

/** The packages of all findings that are missing, each once, sorted; optional ones only when asked for. */
export function missingPackages(
  findings: readonly Finding[],
  family: Family,
  withOptional: boolean,
): string[] {
  const missing = findings.filter(
    ({ present, requirement }) => !present && (withOptional || !requirement.optional),
  );
  return [
    ...new Set(missing.flatMap(({ requirement }) => requirement.packages[family].split(' '))),
  ].toSorted();
}

/** The doctor's table: one line a requirement, missing ones with their package. */
export function renderFindings(findings: readonly Finding[], family: Family | undefined): string {
  const found = findings.map((finding) => whatWasFound(finding, family));
  const width = Math.max(...findings.map(({ name }) => name.length));
  const foundWidth = Math.max(...found.map((text) => text.length));
  return findings
    .map(({ name, present, requirement }, index) => {
      const mark = present ? 'ok' : requirement.optional ? 'absent' : 'MISSING';
      const columns = [mark.padEnd(7), name.padEnd(width), (found[index] ?? '').padEnd(foundWidth)];
      return `${columns.join('  ')}  ${requirement.why}`;
    })
    .join('\n');
}

function whatWasFound({ present, found, requirement }: Finding, family: Family | undefined): string {
  if (present) return found;
  const { oldest, packages } = requirement;
  const why = found === '' ? '' : `${found} is too old, ${oldest} is needed: `;
  return `${why}package ${packages[family ?? 'debian']}`;
}

/** The commands that install what is missing, for each family of distributions; empty when nothing is. */
export function remedies(findings: readonly Finding[], uid: number): Partial<Record<Family, string>> {
  const commands = FAMILIES.map((family) => {
    const packages = missingPackages(findings, family, true);
    return [family, packages.length === 0 ? '' : installCommand(family, packages, uid).join(' ')] as const;
  });
  return Object.fromEntries(commands.filter(([, command]) => command !== ''));
}

/** The error of a stage that cannot run for want of packages; undefined when nothing needed is missing. */
export function missingError(
  findings: readonly Finding[],
  family: Family | undefined,
): InfraError | undefined {
  const missing = findings.filter(({ present, requirement }) => !present && !requirement.optional);
  if (missing.length === 0) return undefined;
  const packages = missingPackages(findings, family ?? 'debian', false);
  return new InfraError({
    code: 'REQUIREMENTS_MISSING',
    tried: 'find the programs and headers that the build and the guest need',
    found: `missing: ${missing.map(({ name }) => name).join(', ')}`,
    hint: family
      ? `npm run vm:doctor -- --install, or: ${installCommand(family, packages, process.getuid?.() ?? 0).join(' ')}`
      : `install these with your package manager (Debian names): ${packages.join(' ')}`,
  });
}

/**
 * Installs `packages` with the distribution's own tool, its output on our stderr.
 *
 * Debian's lists are refreshed first: on a fresh machine or container there are none.
 */
export async function install(
  family: Family,
  packages: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  const command = installCommand(family, packages, uid);
  const commands =
    family === 'debian' ? [[...(uid === 0 ? [] : ['sudo']), 'apt-get', 'update'], command] : [command];
  for (const [program = '', ...args] of commands) {
    const result = await execa(program, args, {
      stdin: 'inherit',
      stdout: process.stderr,
      stderr: 'inherit',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      cancelSignal: signal,
      reject: false,
    });
    if (result.failed) {
      signal.throwIfAborted();
      throw new InfraError({
        code: 'INSTALL_FAILED',
        tried: [program, ...args].join(' '),
        found:
          result.exitCode === undefined
            ? (result.shortMessage ?? 'it did not start')
            : `exit code ${result.exitCode}`,
        hint: 'read the lines above; then run it by hand, or as a user who may install packages',
      });
    }
  }
}
