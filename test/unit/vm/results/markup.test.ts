import { execa } from 'execa';
import * as fc from 'fast-check';
import t from 'tap';
import { findCommand } from '../../../../vm/host/find-command.ts';
import { markup } from '../../../../vm/results/markup.ts';

void t.test('text is escaped, markup and lists of it are not', (t) => {
  const items = ['<a>', '&'].map((text) => markup`<li>${text}</li>`);
  t.equal(
    String(markup`<ul title="${'"\'>'}">${items}${undefined}${3}</ul>`),
    '<ul title="&quot;&#39;&gt;"><li>&lt;a&gt;</li><li>&amp;</li>3</ul>',
  );
  t.end();
});

const skip = (await findCommand('xmllint')) === undefined && 'no xmllint';

void t.test('whatever a guest prints is no markup in the document', { skip }, async (t) => {
  const anything = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\u001b[1m', '\ud800', '\ufffe', ']]>', '<!--'),
    ),
  );
  // One document of many: a process for each would take seconds.
  const texts = fc.sample(anything, 300).map((parts) => parts.join(''));
  const xml = markup`<all>${texts.map((text) => markup`<e at="${text}">${text}</e>`)}</all>`;
  const { stdout } = await execa('xmllint', ['--xpath', 'count(/all/e[not(*)])', '-'], { input: xml.text });
  t.equal(stdout, '300');
});
