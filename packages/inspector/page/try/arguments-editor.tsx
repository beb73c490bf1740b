import type { Tool } from '@modelcontextprotocol/client';
import { useState } from 'react';
import { Boundary } from '../parts/boundary.tsx';
import { toArguments } from './form/arguments.ts';
import type { Problem } from './form/check.ts';
import { type FormSchema, isSchema } from './form/form-schema.ts';
import { SchemaForm } from './form/schema-form.tsx';

/** What stands in the form or in the text. */
export interface Draft {
  /** The arguments of the procedure, as far as they can be read. */
  own: Record<string, unknown>;
  /** Why the text is no JSON object. `undefined` if it is one. */
  unread: string | undefined;
}

interface ArgumentsProps {
  tool: Tool;
  schema: FormSchema;
  prefix: string;
  draft: Draft;
  problems: readonly Problem[];
  onChange: (draft: Draft) => void;
}

/** The arguments of a call, as a form or as JSON. Both show the same values. */
export function Arguments({ tool, schema, prefix, draft, problems, onChange }: ArgumentsProps) {
  const isObject = schema.type === 'object';
  const [mode, setMode] = useState<'form' | 'json'>(isObject ? 'form' : 'json');
  const [text, setText] = useState(() => JSON.stringify(draft.own, undefined, 2));
  const [version, setVersion] = useState(0);
  const choose = (next: 'form' | 'json') => {
    if (next === 'json') setText(JSON.stringify(draft.own, undefined, 2));
    else setVersion(version + 1);
    setMode(next);
    onChange({ own: draft.own, unread: undefined });
  };
  const write = (next: string) => {
    setText(next);
    onChange(readText(next, draft.own));
  };
  if (isObject && Object.keys(schema.properties ?? {}).length === 0 && !schema.additionalProperties)
    return <p>This tool takes no arguments.</p>;
  return (
    <>
      <fieldset className="try-mode">
        <legend>Write the arguments as</legend>
        {(['form', 'json'] as const).map((each) => (
          <label key={each}>
            <input
              type="radio"
              name={`${prefix}/mode`}
              checked={mode === each}
              disabled={each === 'form' && !isObject}
              onChange={() => choose(each)}
            />{' '}
            {each === 'form' ? 'Form' : 'JSON'}
          </label>
        ))}
      </fieldset>
      {mode === 'form' ? (
        <Boundary key={version} on={schema} fallback={noForm}>
          <SchemaForm
            schema={schema}
            initial={draft.own}
            prefix={prefix}
            problems={problems}
            onChange={(data) => onChange({ own: toArguments(data, schema), unread: undefined })}
          />
        </Boundary>
      ) : (
        <label className="field">
          <span className="field-label">Arguments of {tool.name} as JSON</span>
          <textarea
            id={prefix}
            className="code"
            rows={Math.min(20, Math.max(6, text.split('\n').length))}
            spellCheck={false}
            value={text}
            aria-invalid={draft.unread !== undefined}
            onChange={(event) => write(event.target.value)}
          />
        </label>
      )}
    </>
  );
}

const noForm = () => (
  <p role="alert">No form can be made of the schema of this tool. Write the arguments as JSON.</p>
);

function readText(text: string, own: Record<string, unknown>): Draft {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
    return isSchema(value)
      ? { own: value, unread: undefined }
      : { own, unread: 'The arguments have to be a JSON object.' };
  } catch (error) {
    return { own, unread: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
