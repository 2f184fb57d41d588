/** Texts of the file as bytes. Paths in it are relative to its folder, and `~/` is the home directory. */
import { homedir } from 'node:os';
import type { ByteString } from '../../native/addon.ts';
import { bytesOf } from '../../native/names.ts';
import type { Complaints } from './complaints.ts';
import type { TomlValue } from './toml.ts';

type Text = TomlValue & { readonly text: string };

/** The path as the working directory sees it; null, and a complaint, for what is none. */
export type PathReader = (value: Text) => ByteString | null;

export function pathReader(file: ByteString, complaints: Complaints): PathReader {
  const folder = folderOf(file);
  return (value) => {
    const path = readText(value, complaints);
    if (path === null || path === '' || path.startsWith('/')) return path;
    if (path === '~' || path.startsWith('~/')) return bytesOf(homedir()) + path.slice(1);
    if (!path.startsWith('~')) return folder + path;
    complaints.add(
      value.place,
      `only '~/' is known, the home directory of who runs dirsync, and not '${value.text.split('/')[0]}'`,
      "write the path out, or './~' for a name that begins like that",
    );
    return null;
  };
}

/** With its slash; empty for the working directory. */
function folderOf(file: ByteString): ByteString {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

/** The bytes of a text; null, and a complaint, for one that nothing on a disk can be called. */
export function readText(value: Text, complaints: Complaints): ByteString | null {
  if (!value.text.includes('\0')) return bytesOf(value.text);
  complaints.add(value.place, 'the text has a NUL character, which no name can have');
  return null;
}
