/** From `--config FILE` to checked options. */
import { readFileSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { describeError, quote } from '../../errors.ts';
import type { ByteString } from '../../native/addon.ts';
import { joinLayers } from '../options/layers.ts';
import { pairOptions, runOptions, type ConfigCommand, type SyncOptions } from '../options/resolve.ts';
import { usage } from '../options/usage.ts';
import { Complaints } from './complaints.ts';
import { readDocument } from './document.ts';
import { pathReader } from './paths.ts';
import type { Place, TomlTable } from './toml.ts';

/** Throws a SyncError with exit code 1, with every mistake of the file and its place. */
export async function readConfig({ file, given }: ConfigCommand): Promise<SyncOptions> {
  const complaints = new Complaints(file);
  const top = await parse(readText(file, complaints), complaints);
  const document = readDocument(top, { complaints, readPath: pathReader(file, complaints) });
  complaints.throwIfAny();
  const { run, defaults, pairs } = document;
  return {
    kind: 'sync',
    run: runOptions(joinLayers(given, run).values),
    pairs: pairs.map(({ name, roots, layer }) => {
      // Those of the run are among them for the sake of --phase, which says something about pairs, too.
      const { values, repeated } = joinLayers(given, layer, defaults, run);
      return pairOptions(name, roots, values, repeated);
    }),
  };
}

function readText(file: ByteString, complaints: Complaints): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(Buffer.from(file, 'latin1'));
  } catch (error) {
    throw usage(`read --config ${quote(file)}`, describeError(error), 'name a file that can be read');
  }
  const bad = badByte(bytes);
  if (bad !== null)
    complaints.add(bad, 'a byte here is no UTF-8', 'roots with such names are for the command line only');
  complaints.throwIfAny();
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** Where the first byte is that is no UTF-8; null if all is. */
function badByte(bytes: Buffer): Place | null {
  if (isUtf8(bytes)) return null;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let [line, column] = [1, 1];
  for (const byte of bytes) {
    let text: string;
    try {
      text = decoder.decode(Uint8Array.of(byte), { stream: true });
    } catch {
      break;
    }
    column = text === '\n' ? 1 : column + text.length;
    if (text === '\n') line += 1;
  }
  return { line, column };
}

async function parse(text: string, complaints: Complaints): Promise<TomlTable> {
  const { readToml, TomlError } = await import('./toml.ts');
  try {
    return readToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const found = error.message.charAt(0).toLowerCase() + error.message.slice(1);
    complaints.add(error.place, `this is no TOML: ${found}`);
    complaints.throwIfAny();
    throw error;
  }
}
