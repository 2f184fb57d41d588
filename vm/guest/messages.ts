/**
 * The messages inside the frames, by type, and the check of what the guest sends. docs/protocol.md gives the meaning
 * of each; strings here are wire strings (see wire-bytes.ts).
 */

export const PROTOCOL_VERSION = 2;

/** Bytes in one `data` field, before base64: what fits into one frame. */
export const MAX_DATA = 32 * 1024;

export type HostMessage =
  | {
      readonly type: 'spawn';
      readonly id: number;
      readonly argv: readonly string[];
      readonly env?: readonly string[];
      readonly cwd?: string;
      readonly uid?: number;
      readonly gid?: number;
      readonly stdin?: boolean;
      readonly rows?: number;
      readonly cols?: number;
    }
  | {
      readonly type: 'stdin';
      readonly id: number;
      readonly process: number;
      readonly data?: string;
      readonly eof?: boolean;
    }
  | {
      readonly type: 'resize';
      readonly id: number;
      readonly process: number;
      readonly rows: number;
      readonly cols: number;
    }
  | { readonly type: 'signal'; readonly id: number; readonly process: number; readonly signal: string }
  | {
      readonly type: 'write_file';
      readonly id: number;
      readonly path: string;
      readonly data?: string;
      readonly mode?: number;
      readonly append?: boolean;
    }
  | { readonly type: 'read_file'; readonly id: number; readonly path: string }
  | { readonly type: 'shutdown'; readonly id: number; readonly how?: 'poweroff' | 'reboot' }
  | {
      readonly type: 'attach';
      readonly nonce: string;
      readonly realtime_ms: number;
      readonly random: string;
    }
  | { readonly type: 'resend'; readonly from: number }
  | { readonly type: 'bye' };

/** What the kernel and the agent say of themselves, once, as the first frame. */
export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  readonly nonce: string;
  /** `uname -r`. */
  readonly kernel: string;
  /** From the kernel's start to this message. */
  readonly boot_ms: number;
  readonly cpus: number;
  readonly mem_kib: number;
  /** The flags of /proc/sys/kernel/tainted; absent where there is no such file. */
  readonly taint?: number;
}

export type GuestMessage =
  | Hello
  | {
      readonly type: 'beat';
      readonly uptime_ms: number;
      readonly processes: number;
      readonly taint?: number;
    }
  | { readonly type: 'result'; readonly id: number; readonly pid?: number; readonly size?: number }
  | { readonly type: 'error'; readonly id: number; readonly errno: string; readonly message: string }
  | {
      readonly type: 'out';
      readonly process: number;
      readonly stream: 'stdout' | 'stderr';
      readonly data: string;
    }
  | {
      readonly type: 'exit';
      readonly process: number;
      readonly code?: number;
      readonly signal?: string;
      readonly ms: number;
    }
  | { readonly type: 'data'; readonly id: number; readonly data: string }
  | { readonly type: 'done'; readonly id: number; readonly nonce: string; readonly taint?: number };

type FieldKind = 'number' | 'string' | 'number?' | 'string?';

/** The fields of each message from the guest. Further fields are allowed: a newer agent may say more. */
const FIELDS: Readonly<Record<GuestMessage['type'], Readonly<Record<string, FieldKind>>>> = {
  hello: {
    protocol: 'number',
    nonce: 'string',
    kernel: 'string',
    boot_ms: 'number',
    cpus: 'number',
    mem_kib: 'number',
    taint: 'number?',
  },
  beat: { uptime_ms: 'number', processes: 'number', taint: 'number?' },
  result: { id: 'number', pid: 'number?', size: 'number?' },
  error: { id: 'number', errno: 'string', message: 'string' },
  out: { process: 'number', stream: 'string', data: 'string' },
  exit: { process: 'number', code: 'number?', signal: 'string?', ms: 'number' },
  data: { id: 'number', data: 'string' },
  done: { id: 'number', nonce: 'string', taint: 'number?' },
};

/** Parses and checks a payload; returns what is wrong with it as a string instead of throwing. */
export function parseGuestMessage(payload: string): GuestMessage | string {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return 'not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'JSON, but no object';
  const message = value as Record<string, unknown>;
  const type = message['type'];
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) {
    return `unknown type ${JSON.stringify(type)}`;
  }
  for (const [name, kind] of Object.entries(FIELDS[type as GuestMessage['type']])) {
    const field = message[name];
    if (field === undefined && kind.endsWith('?')) continue;
    if (typeof field !== kind.replace('?', '')) return `${type}: ${name} is no ${kind}`;
  }
  if (type === 'out' && message['stream'] !== 'stdout' && message['stream'] !== 'stderr') {
    return 'out: stream is neither stdout nor stderr';
  }
  if (type === 'exit' && (message['code'] === undefined) === (message['signal'] === undefined)) {
    return 'exit: not exactly one of code and signal';
  }
  return value as GuestMessage;
}
