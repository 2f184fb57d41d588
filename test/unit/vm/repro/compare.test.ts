import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { writeArchive } from '../../../../vm/image/cpio.ts';
import { difference } from '../../../../vm/repro/compare.ts';
import { regionsOf } from '../../../../vm/repro/regions.ts';

async function compile(path: string, text: string): Promise<void> {
  await execa('cc', ['-nostdlib', '-static', '-Wl,--build-id=none', '-x', 'c', '-', '-o', path], {
    input: `const char greeting[] = "${text}"; int zeroes[1000]; void _start(void) { for (;;) ; }`,
  });
}

function file(path: string, data: string) {
  return { kind: 'file', path, mode: 0o644, data } as const;
}

void t.test('equal files have no difference', async (t) => {
  const copy = join(t.testdir(), 'copy');
  await copyFile(import.meta.filename, copy);
  t.equal(await difference(import.meta.filename, copy), undefined);
});

void t.test('of an ELF file, the section that was compiled otherwise', async (t) => {
  const folder = t.testdir({ a: {}, b: {} });
  const [a, b] = [join(folder, 'a', 'x'), join(folder, 'b', 'x')];
  await compile(a, 'hello');
  await compile(b, 'hallo');
  t.match(await difference(a, b), /^\.rodata \(first at byte \d+ of \d+ and \d+\)$/);
  const { stdout } = await execa('readelf', ['--sections', '--wide', a]);
  const names = [...stdout.matchAll(/\] (\.\S+) /g)].map(([, name]) => name);
  const withContent = names.filter((name) => name !== '.bss');
  t.same(
    regionsOf(await readFile(a)).map(({ name }) => name),
    withContent,
    'the sections are those that readelf sees',
  );
});

void t.test('of a bzImage, header, payload or code', async (t) => {
  // A setup of one sector after the boot sector, 100 bytes of decompressor, 50 of payload, 30 behind it.
  const image = Buffer.alloc(1024 + 180, 1);
  image.writeUInt8(1, 0x1f1);
  image.writeUInt8(0x66, 0x201);
  image.write('HdrS', 0x202);
  image.writeUInt32LE(100, 0x248);
  image.writeUInt32LE(50, 0x24c);
  const path = join(t.testdir(), 'bzImage');
  await writeFile(path, image);
  const places = {
    'boot sector': 0,
    'setup header': 0x210,
    'setup code': 0x300,
    decompressor: 1024,
    'compressed vmlinux': 1124,
    "the decompressor's data": 1174,
  };
  for (const [name, offset] of Object.entries(places)) {
    const copy = `${path}.${offset}`;
    const bytes = Buffer.from(image);
    bytes[offset] = 0;
    await writeFile(copy, bytes);
    t.equal(await difference(path, copy), `${name} (first at byte ${offset} of 1204 and 1204)`);
  }
});

void t.test('of an archive, the members', async (t) => {
  const folder = t.testdir();
  const [a, b] = [join(folder, 'a.cpio'), join(folder, 'b.cpio')];
  await writeArchive(a, [file('etc/same', 'x'), file('etc/other', 'abc'), file('only', '')]);
  await writeArchive(b, [file('etc/same', 'x'), file('etc/other', 'abd')]);
  t.match(await difference(a, b), /^etc\/other, only \(in one only\) \(first/);
});

void t.test('of anything else, the place', async (t) => {
  const path = join(t.testdir({ text: 'just text' }), 'text');
  await writeFile(`${path}2`, 'just test');
  t.equal(await difference(path, `${path}2`), 'first at byte 7 of 9 and 9');
  await writeFile(`${path}3`, 'just text, longer');
  t.equal(await difference(path, `${path}3`), 'first at byte 9 of 9 and 17');
});
