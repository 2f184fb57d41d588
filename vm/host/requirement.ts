/** One thing that the host must have, with the package that brings it: what `doctor` checks and installs. */
export interface Requirement {
  /** A program on PATH. */
  readonly command?: string;
  /** A C header, as in `#include <...>`. */
  readonly header?: string;
  /** A file to link with, such as `libc.a`. */
  readonly library?: string;
  /** What it is needed for, to follow the word "to". */
  readonly why: string;
  readonly packages: { readonly debian: string; readonly fedora: string; readonly arch: string };
  /** True when the harness does without, slower or with fewer sources. */
  readonly optional?: boolean;
}
