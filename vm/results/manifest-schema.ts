/** What manifest.json says of a run: all that its result depends on, and the command that repeats it. */
import { z } from 'zod';

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('sha256 in hex');

const kernel = z
  .object({
    release: z.string().describe('as `uname -r` prints it'),
    source: z
      .object({
        origin: z.string(),
        version: z.string(),
        sha256: z.string(),
        hashOf: z.string(),
        from: z.string().describe('a URL, a package with its version, or a path'),
      })
      .readonly(),
    patches: z.array(z.object({ name: z.string(), sha256 }).readonly()).readonly(),
    gcc: z.string(),
    ld: z.string(),
    makeVariables: z.record(z.string(), z.string()).readonly(),
    files: z.record(z.string(), z.string()).readonly().describe('sha256 of bzImage, vmlinux, config, ...'),
  })
  .readonly();

export const manifestSchema = z
  .object({
    manifest: z.literal(1).describe('version of this format'),
    started: z.iso.datetime(),
    repeat: z.string().describe('the command that repeats the run'),
    checkout: z
      .object({
        commit: z.string().nullable().describe('null outside of a git checkout'),
        dirty: z.boolean().describe('whether files differed from the commit'),
      })
      .readonly(),
    options: z
      .object({
        project: z.string().exactOptional().describe("absent for the checkout's own"),
        kernel: z.string(),
        source: z.string(),
        accel: z.enum(['auto', 'kvm', 'tcg']).describe('as it was used: never auto in a run'),
        memory: z.number().describe('MiB'),
        seed: z.number(),
        snapshot: z.literal(true).exactOptional().describe('guests went on from a snapshot'),
        filter: z.string().exactOptional(),
        files: z.array(z.string()).readonly().describe('the test files, relative to the checkout'),
      })
      .readonly(),
    kernels: z.record(z.string(), kernel).readonly(),
    initramfs: sha256,
    syncer: sha256.exactOptional().describe('absent where the project has none'),
    host: z
      .object({
        node: z.string(),
        qemu: z.string(),
        accel: z.string(),
        accelWhy: z.string(),
        cpus: z.number(),
        os: z.string(),
      })
      .readonly(),
  })
  .readonly();

export type Manifest = z.infer<typeof manifestSchema>;
