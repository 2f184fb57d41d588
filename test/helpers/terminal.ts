/** The syncer on a real terminal: tmux is one, and says what stands on its screen. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import type { Test } from 'tap';
import { findCommand } from '../../vm/host/find-command.ts';
import { SYNCER, type Lab } from './syncer.ts';
import { waitFor } from './wait.ts';

/** For tests that need a terminal: false, or why there is none. */
export const NO_TERMINAL = (await findCommand('tmux')) === undefined ? 'no tmux' : false;

const ROWS = 30;

export class Terminal {
  readonly #socket: string;

  /** Runs the syncer in the folder of `lab`, on a screen of so many columns; `before` is put before the command. */
  constructor(t: Test, lab: Lab, args: readonly string[], columns: number, before: readonly string[] = []) {
    this.#socket = join(lab.dir, 'tmux');
    const line = [...before, 'env', '-u', 'NODE_OPTIONS', ...SYNCER, ...args, 'source', 'destination'];
    // Ctrl+C is for the syncer alone.
    const command = `trap : INT; ${line.map((word) => `'${word}'`).join(' ')}; echo "ended $?"; sleep 600`;
    const size = ['-x', String(columns), '-y', String(ROWS)];
    this.#tmux('new-session', '-d', ...size, '-c', lab.dir, 'sh', '-c', command);
    t.teardown(() => this.#tmux('kill-server'));
  }

  /** The lines of the screen and what has been scrolled off it, without empty ones at its end. */
  screen(): string[] {
    return this.#tmux('capture-pane', '-p', '-S', '-').trimEnd().split('\n');
  }

  /** Waits until the screen, as one text, matches; returns it. Throws with what there was. */
  async shows(pattern: RegExp): Promise<string[]> {
    const missing = await waitFor(
      () => (pattern.test(this.screen().join('\n')) ? null : this.screen()),
      60_000,
    );
    if (missing !== null) throw new Error(`${String(pattern)} is not on the screen:\n${missing.join('\n')}`);
    return this.screen();
  }

  resize(columns: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(ROWS));
  }

  /** Presses a key, as tmux calls it: `C-c`. */
  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  /** The process number of the syncer. */
  async pid(): Promise<number> {
    const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim();
    const { stdout } = await execa('pgrep', ['-P', shell]);
    return Number(stdout.split('\n')[0]);
  }

  #tmux(...args: readonly string[]): string {
    const { stdout } = execaSync('tmux', ['-u', '-S', this.#socket, '-f', '/dev/null', ...args], {
      env: { TMUX: '' },
      reject: args[0] !== 'kill-server' || existsSync(this.#socket),
    });
    return stdout;
  }
}
