/** Names that break quoting and encodings, and entries that become something else. */
import type { Scenario } from './scenario.ts';

/** What printf(1) makes of these are names. */
const ODD = [
  'new\\nline',
  '\\047quotes\\042',
  'back\\\\slash',
  'tab\\t',
  ' ',
  'bad\\377\\376utf8',
  'e\\314\\201 NFD',
  '\\303\\251 NFC',
  '%0255d',
];

/** Runs `command` for each odd name, which it finds in `$n`. */
function each(command: string): string {
  return ODD.map((name) => `n="$(printf '${name}' 0)"; ${command}`).join('; ');
}

export const NAMES_AND_TYPES: readonly Scenario[] = [
  {
    name: 'newline, quotes, backslash, bytes that are no UTF-8, NFC beside NFD, 255 bytes',
    act: `${each('echo "$n" > "./$n"')}; mkdir directories; cd directories; ${each('mkdir "./$n"; echo x > "./$n/file"')}`,
  },
  {
    name: 'odd names renamed, rewritten, removed',
    prepare: `mkdir a b c; ${each('echo x > "a/$n"; echo x > "b/$n"; echo x > "c/$n"')}`,
    act: `mkdir d; ${each('mv "a/$n" "d/$n"; echo more >> "b/$n"; rm "c/$n"')}`,
  },
  { name: 'leading dash', act: 'echo 1 > ./-rf; mkdir ./--; echo 2 > ./--/-; ln -s -- -rf ./-link' },
  {
    name: 'NFC beside NFD: one removed, the other stays',
    prepare: 'echo nfc > "$(printf "\\303\\251")"; echo nfd > "$(printf "e\\314\\201")"',
    act: 'rm "$(printf "e\\314\\201")"',
  },
  {
    name: 'a 255-byte name rewritten and renamed to another',
    prepare: 'echo x > "$(printf "%0255d" 1)"',
    act: 'echo longer > "$(printf "%0255d" 1)"; mv "$(printf "%0255d" 1)" "$(printf "%0255d" 2)"',
  },
  {
    name: 'a file becomes a directory, and a directory a file',
    prepare: 'echo f > file; mkdir -p directory/below; echo i > directory/below/inside',
    act: 'rm file; mkdir file; echo now > file/inside; rm -r directory; echo "a file" > directory',
  },
  {
    name: 'file, directory and file again',
    prepare: 'echo f > file',
    act: 'for i in 1 2 3; do rm file; mkdir file; echo $i > file/inside; rm -r file; echo $i > file; done',
  },
  {
    name: 'a directory becomes a symlink to a sibling, whose mirror survives',
    prepare: 'mkdir sibling directory; echo kept > sibling/kept; echo x > directory/inside',
    act: 'rm -r directory; ln -s sibling directory',
    keeps: [['sibling/kept', 'sibling/kept']],
  },
  {
    name: 'a directory renamed, and a symlink to it in its place',
    prepare: 'mkdir directory; echo kept > directory/kept',
    act: 'mv directory moved; ln -s moved directory; echo new > moved/new',
    keeps: [['directory/kept', 'moved/kept']],
  },
  {
    name: 'a symlink to a directory becomes a directory',
    prepare: 'mkdir sibling; echo kept > sibling/kept; ln -s sibling link',
    act: 'rm link; mkdir link; echo x > link/inside',
    keeps: [['sibling/kept', 'sibling/kept']],
  },
  {
    name: 'a FIFO without a reader',
    prepare: 'mkfifo old; echo f > file',
    act: 'mkfifo new; chmod 600 old; rm file; mkfifo file; echo x > other',
  },
  {
    name: 'symlinks: relative, absolute, dangling, looping',
    act: 'mkdir d; ln -s d to-directory; ln -s /etc/passwd absolute; ln -s nowhere dangling; ln -s loop loop; ln -s .. d/up',
  },
  {
    name: 'a device becomes a file, and a file a device',
    prepare: 'mknod null c 1 3; echo f > file',
    act: 'rm null; echo null > null; rm file; mknod file b 7 99',
    root: true,
  },
  {
    name: 'a read-only directory gains children',
    prepare: 'mkdir closed; echo x > closed/file; chmod 555 closed',
    act: 'chmod 755 closed; mkdir closed/below; echo x > closed/child; chmod 500 closed/below; chmod 555 closed',
    root: true,
  },
];
