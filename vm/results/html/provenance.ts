/** What the run was made of, as the manifest has it, and what was said on the way. */
import { markup, type Markup } from '../markup.ts';
import type { Run } from '../model.ts';
import { duration } from './words.ts';

/** Undefined when the run ended before it knew. */
export function manifestSection({ command, manifest }: Run): Markup | undefined {
  if (manifest === undefined) {
    return command === undefined
      ? undefined
      : markup`<dl class="table"><dt>typed</dt><dd><code>${command}</code></dd></dl>`;
  }
  const { options, checkout, host } = manifest;
  const rows: readonly (readonly [string, string | Markup | undefined])[] = [
    ['typed', markup`<code>${command}</code>`],
    ['to repeat it', markup`<code>${manifest.repeat}</code>`],
    [
      'checkout',
      checkout.commit === null
        ? 'no git checkout'
        : `${checkout.commit}${checkout.dirty ? ', with changes' : ''}`,
    ],
    ['kernel', `${options.kernel}; source asked for: ${options.source}`],
    ['seed', String(options.seed)],
    ['filter', options.filter],
    ['memory', `${options.memory} MiB`],
    ['accelerator', `${host.accel}: ${host.accelWhy}`],
    ['QEMU', host.qemu],
    ['Node', host.node],
    ['host', `${host.os}, ${host.cpus} processors`],
    ['initramfs', markup`<code>${manifest.initramfs}</code>`],
    ['syncer', manifest.syncer === undefined ? undefined : markup`<code>${manifest.syncer}</code>`],
  ];
  return markup`<dl class="table">${rows.filter(([, value]) => value !== undefined).map(([key, value]) => markup`<dt>${key}</dt><dd>${value}</dd>`)}</dl>
${Object.entries(manifest.kernels).map(
  ([flavour, kernel]) => markup`<h3>The ${flavour} kernel</h3>
<dl class="table"><dt>release</dt><dd>${kernel.release}</dd><dt>source</dt><dd>Linux ${kernel.source.version}, ${kernel.source.from}<br><code>${kernel.source.sha256}</code></dd>
<dt>patches</dt><dd>${kernel.patches.length === 0 ? 'none' : markup`<ul>${kernel.patches.map(({ name, sha256 }) => markup`<li>${name}<br><code>${sha256}</code></li>`)}</ul>`}</dd>
<dt>compiler</dt><dd>${kernel.gcc}</dd><dt>linker</dt><dd>${kernel.ld}</dd>
${Object.entries(kernel.files).map(([name, sha256]) => markup`<dt>${name}</dt><dd><code>${sha256}</code></dd>`)}</dl>
`,
)}`;
}

/** Undefined when nothing was said. */
export function logSection({ log, unreadable }: Run): Markup | undefined {
  if (log.length === 0 && unreadable === 0) return undefined;
  const cut =
    unreadable === 0
      ? ''
      : markup`<p>Lines of events.jsonl that could not be read, as a crash leaves them half-written: ${unreadable}</p>`;
  return markup`${cut}<ol class="log">${log.map(
    ({
      at,
      kind,
      text,
    }) => markup`<li class="${kind}"><span class="at">${duration(at)}</span><span class="what">${kind}</span><pre tabindex="0">${text}</pre></li>
`,
  )}</ol>
`;
}
