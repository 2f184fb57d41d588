/** What a stage needs of the host, as data: `doctor` checks it, names the package, and can install it. */
export interface Requirement {
  /** A program that must be found on PATH. */
  readonly command?: string;
  /** A C header that the compiler must find, e.g. `libelf.h`. */
  readonly header?: string;
  /** A file that must exist, for what is neither on PATH nor a header. */
  readonly file?: string;
  /** What it is needed for: one clause, as `doctor` prints it. */
  readonly why: string;
  readonly packages: { readonly debian: string; readonly fedora: string; readonly arch: string };
  /** Everything works without it, only slower or with less to show. */
  readonly optional?: boolean;
}
