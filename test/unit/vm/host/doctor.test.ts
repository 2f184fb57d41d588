import t from 'tap';
import { missingError, missingPackages, remedies, renderFindings } from '../../../../vm/host/doctor.ts';
import type { Finding } from '../../../../vm/host/examine.ts';

function finding(name: string, present: boolean, optional = false): Finding {
  const packages = { debian: `${name}-deb`, fedora: `${name}-rpm`, arch: name };
  return {
    name,
    present,
    found: present ? `${name} 1.0` : '',
    requirement: { command: name, why: 'w', packages, optional },
  };
}

const FINDINGS = [finding('gcc', true), finding('flex', false), finding('ccache', false, true)];

void t.test('the packages that are missing, optional ones only when asked for', (t) => {
  t.same(missingPackages(FINDINGS, 'debian', false), ['flex-deb']);
  t.same(missingPackages(FINDINGS, 'fedora', true), ['ccache-rpm', 'flex-rpm']);
  t.end();
});

void t.test('the table tells ok, missing and absent apart', (t) => {
  t.equal(
    renderFindings(FINDINGS, 'debian'),
    [
      'ok       gcc     gcc 1.0             w',
      'MISSING  flex    package flex-deb    w',
      'absent   ccache  package ccache-deb  w',
    ].join('\n'),
  );
  t.end();
});

void t.test('the error names what is missing and what to type; the optional is no error', (t) => {
  const error = missingError(FINDINGS, 'debian');
  t.equal(error?.code, 'REQUIREMENTS_MISSING');
  t.match(error?.found, 'missing: flex');
  t.match(error?.hint, /apt-get install .*flex-deb/);
  t.match(missingError(FINDINGS, undefined)?.hint, /with your package manager.*flex-deb/);
  t.equal(missingError([finding('gcc', true), finding('ccache', false, true)], 'debian'), undefined);
  t.end();
});

void t.test('what is too old is missing, and the table says which version is needed', (t) => {
  const old = finding('gcc', false);
  const row = { ...old, found: '4.9.2', requirement: { ...old.requirement, oldest: '5.1' } };
  t.equal(renderFindings([row], 'arch'), 'MISSING  gcc  4.9.2 is too old, 5.1 is needed: package gcc  w');
  t.end();
});

void t.test('each family of distributions has its command', (t) => {
  t.same(remedies(FINDINGS, 1000), {
    debian: 'sudo apt-get install --yes --no-install-recommends ccache-deb flex-deb',
    fedora: 'sudo dnf install --assumeyes ccache-rpm flex-rpm',
    arch: 'sudo pacman -S --needed --noconfirm ccache flex',
  });
  t.same(remedies([finding('gcc', true)], 0), {});
  t.end();
});
