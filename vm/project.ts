/**
 * A project: all that is about one patch series and not about the harness, in one JSON file (docs/your-own-syscall.md).
 *
 * Paths and globs in it start at its own folder. `dirsync.project.json` of the checkout is the default; any other, by
 * `--project`, has kernels, images and build trees of its own in the same cache.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from './errors.ts';
import { type KernelProject, PATCHED_FLAVOURS } from './kernel/layout.ts';
import { CHECKOUT } from './paths.ts';

/** The name of the file in the project's folder. */
export const PROJECT_FILE = 'dirsync.project.json';

const Paths = z.array(z.string().min(1));
const GuestPath = z.string().regex(/^\/[^/]/, 'a path in the guest is absolute');

/** What may stand in the file. An unknown key is an error: a misspelt one would be left out without a word. */
const ProjectFile = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and `-`, at most 32, a letter first'),
  series: z.string().min(1),
  fragments: z
    .array(
      z.union(
        [
          z.string().min(1),
          z.strictObject({ path: z.string().min(1), flavours: z.array(z.enum(PATCHED_FLAVOURS)).min(1) }),
        ],
        { error: `a path, or { "path": ..., "flavours": [${PATCHED_FLAVOURS.join(', ')}] }` },
      ),
    )
    .default([]),
  guestPrograms: Paths.default([]),
  packagedPrograms: Paths.default([]),
  hostPrograms: z.array(z.string().regex(/^[\w.-]+$/, 'the name of a program')).default([]),
  selftests: z
    .array(z.string().regex(/^[\w-]+(\/[\w-]+)*$/, 'a folder below tools/testing/selftests'))
    .default([]),
  tests: Paths.default([]),
  syncer: z.boolean().default(false),
  files: z.record(GuestPath, z.string().min(1)).default({}),
  gdb: z.strictObject({ break: z.string().min(1), run: Paths.min(1) }).optional(),
});

export interface Project extends KernelProject {
  /** Absolute path of the folder that holds the file. */
  readonly dir: string;
  /** C files: each becomes a static program, `/bin/<name>` of the guest. */
  readonly guestSources: readonly string[];
  /** TypeScript files: each is packaged as the syncer is, with its addon and Node, into `/bin/<name>` of the guest. */
  readonly packagedSources: readonly string[];
  /** Programs of this machine, by name, which become `/bin/<name>` of the guest as they are, with their libraries. */
  readonly hostPrograms: readonly string[];
  /** Folders below tools/testing/selftests that the series creates; see image/selftests.ts. */
  readonly selftests: readonly string[];
  /** The test files of a run that names none. */
  readonly tests: readonly string[];
  /** Whether the packaged syncer is in the image, as `/bin/dirsync`. */
  readonly syncer: boolean;
  /** Further files of the image. */
  readonly files: readonly { readonly guestPath: string; readonly source: string }[];
  /** Where `vm:gdb` stops, and the command in the guest that gets there. */
  readonly gdb?: { readonly break: string; readonly run: readonly string[] } | undefined;
}

/**
 * Reads the project at `path`, its file or its folder.
 *
 * @throws UsageError `NO_PROJECT` when there is none, `BAD_PROJECT` with every mistake in it: what is no JSON, a key or
 *   value that is none, a path or glob that leads to nothing
 */
export function readProject(path: string = CHECKOUT): Project {
  const given = resolve(path);
  const file = existsSync(given) && statSync(given).isDirectory() ? join(given, PROJECT_FILE) : given;
  if (!existsSync(file)) {
    throw new UsageError({
      code: 'NO_PROJECT',
      tried: `read the project ${file}`,
      found: 'no such file',
      hint: `--project takes a ${PROJECT_FILE}, or the folder that holds one; docs/your-own-syscall.md says what stands in it`,
    });
  }
  const parsed = ProjectFile.safeParse(json(file));
  if (!parsed.success) {
    throw bad(file, parsed.error.issues.map(describe));
  }
  return resolvePaths(parsed.data, file);
}

function resolvePaths(content: z.infer<typeof ProjectFile>, file: string): Project {
  const dir = dirname(file);
  const missing: string[] = [];
  const one = (key: string, path: string): string => {
    const absolute = resolve(dir, path);
    if (!existsSync(absolute)) missing.push(`${key}: ${path} does not exist in ${dir}`);
    return absolute;
  };
  const matching = (key: string, patterns: readonly string[]): string[] =>
    patterns.flatMap((pattern) => {
      const found = globSync(pattern, { cwd: dir }).toSorted();
      if (found.length === 0) missing.push(`${key}: ${pattern} matches nothing in ${dir}`);
      return found.map((path) => resolve(dir, path));
    });
  const project: Project = {
    name: content.name,
    dir,
    seriesDir: dirname(one('series', join(content.series, 'series'))),
    fragments: content.fragments.map((fragment) =>
      typeof fragment === 'string'
        ? { path: one('fragments', fragment) }
        : { path: one('fragments', fragment.path), flavours: fragment.flavours },
    ),
    guestSources: matching('guestPrograms', content.guestPrograms),
    packagedSources: matching('packagedPrograms', content.packagedPrograms),
    hostPrograms: content.hostPrograms,
    selftests: content.selftests,
    tests: matching('tests', content.tests),
    syncer: content.syncer,
    files: Object.entries(content.files).map(([guestPath, source]) => ({
      guestPath,
      source: one('files', source),
    })),
    gdb: content.gdb,
  };
  if (missing.length > 0) throw bad(file, missing);
  return project;
}

function describe(issue: z.core.$ZodIssue): string {
  const place = issue.path.length === 0 ? 'the file' : issue.path.join('.');
  const why = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return `${place}: ${why ?? issue.message}`;
}

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw bad(file, [(error as Error).message], error);
  }
}

function bad(file: string, mistakes: readonly string[], cause?: unknown): UsageError {
  return new UsageError({
    code: 'BAD_PROJECT',
    tried: `read the project ${file}`,
    found: mistakes.join('\n         '),
    hint: 'docs/your-own-syscall.md says what stands in it',
    cause,
  });
}
