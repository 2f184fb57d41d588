/** Why the executable could not be made, with what to do about it. */
export class PackageError extends Error {
  readonly code: 'TOOL_FAILED' | 'PACKAGE_DOES_NOT_RUN';

  constructor(code: PackageError['code'], tried: string, found: string, hint: string, cause?: unknown) {
    super(`${code}\n  tried: ${tried}\n  found: ${found}\n  try:   ${hint}`, { cause });
    this.name = 'PackageError';
    this.code = code;
  }
}
