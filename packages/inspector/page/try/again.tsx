import type { Tool } from '@modelcontextprotocol/client';
import { useState } from 'react';
import { CopyButton } from '../parts/copy-button.tsx';
import { credential, era } from '../session/settings.ts';
import { useStore } from '../store.ts';
import { readCaller } from './caller.ts';
import { toCommand } from './command.ts';
import { toCurl } from './curl.ts';
import { toToolLink } from './link.ts';
import { LongText } from './long-text.tsx';
import { toTestCode } from './test-code.ts';

const forms = [
  { name: 'link', title: 'Link' },
  { name: 'curl', title: 'curl' },
  { name: 'command', title: 'trpc-mcp call' },
  { name: 'test', title: 'Test' },
] as const;

type Form = (typeof forms)[number]['name'];

const copied: Record<Form, string> = {
  link: 'the link',
  curl: 'the curl command',
  command: 'the trpc-mcp command',
  test: 'the test',
};

/** The same call outside of this form: as a link, a command or a test. */
export function Again({ tool, args }: { tool: Tool; args: Readonly<Record<string, unknown>> }) {
  const [form, setForm] = useState<Form>();
  // The commands depend on both.
  useStore(era);
  const chosen = useStore(credential);
  const link = form === 'link' ? toToolLink(tool.name, args, location.href) : undefined;
  const text = form && (link?.href ?? textOf(form, tool, args));
  const hasToken = chosen.kind !== 'nobody' && (form === 'curl' || form === 'command');
  return (
    <section className="again" aria-label="Again">
      <h3>Again</h3>
      <div className="again-forms">
        {forms.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            aria-expanded={form === name}
            onClick={() => setForm(form === name ? undefined : name)}
          >
            {title}
          </button>
        ))}
      </div>
      {text !== undefined && form && (
        <div className="copy-text">
          <CopyButton text={text} what={copied[form]} />
          <LongText text={text} />
        </div>
      )}
      {link && link.leftOut.length > 0 && (
        <p role="status">
          The link leaves out {link.leftOut.join(', ')}, because a file or a long value does not fit into one.
        </p>
      )}
      {link && (
        <p className="field-hint">
          The link opens this form with these arguments. It runs nothing by itself.
        </p>
      )}
      {hasToken && (
        <p className="field-hint">
          <code>$TOKEN</code> stands for your{' '}
          {chosen.kind === 'cookie' ? 'cookies, which this page cannot read' : 'credential'}: set it in the
          shell first.
        </p>
      )}
      {form === 'test' && (
        <p className="field-hint">
          A test for vitest, with the client of @trpc-mcp/core/testing. The arguments are those that a model
          sends.
        </p>
      )}
    </section>
  );
}

function textOf(form: Form, tool: Tool, args: Readonly<Record<string, unknown>>): string {
  if (form === 'curl') return toCurl(tool, args, readCaller());
  return form === 'test' ? toTestCode(tool.name, args) : toCommand(tool.name, args, readCaller());
}
