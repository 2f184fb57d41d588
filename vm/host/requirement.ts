/** One thing that the host must have, with the package that brings it: what `doctor` checks and installs. */
export interface Requirement {
  /** A program on PATH. */
  readonly command?: string;
  /** A C header, as in `#include <...>`. */
  readonly header?: string;
  /** A file to link with, such as `libc.a`. */
  readonly library?: string;
  /** The oldest version of a command that does, e.g. `2.5.35`; default any. */
  readonly oldest?: string;
  /** What it is needed for, to follow the word "to": `compile the kernel`. */
  readonly why: string;
  readonly packages: Packages;
  /** True when the harness does without, slower or with fewer sources. */
  readonly optional?: boolean;
}

/** The package, or packages with a space between, that each family of distributions has it in. */
export interface Packages {
  readonly debian: string;
  readonly fedora: string;
  readonly arch: string;
}

/** Names of packages in a table's order; a distribution that is left out has the name of the one before. */
export function packages(debian: string, fedora = debian, arch = fedora): Packages {
  return { debian, fedora, arch };
}
