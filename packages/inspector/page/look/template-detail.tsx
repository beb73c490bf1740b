import { type ResourceTemplateType, UriTemplate } from '@modelcontextprotocol/client';
import { useMemo, useState } from 'react';
import { PlainText, ShortText } from '../parts/plain-text.tsx';
import { CompletionField } from './completion-field.tsx';
import { ReadResource } from './resource-detail.tsx';

/** A template of resources: a field for each of its variables, and the resource that they make. */
export function TemplateDetail({ template }: { template: ResourceTemplateType }) {
  const { uriTemplate, name, title, description } = template;
  const parsed = useMemo(() => parse(uriTemplate), [uriTemplate]);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [uri, setUri] = useState<string>();
  const names = [...new Set(parsed?.variableNames)];
  return (
    <article aria-labelledby="template">
      <h2 id="template">
        <ShortText text={title ?? name} most={200} />
      </h2>
      <p className="identifier">
        <code>
          <PlainText text={uriTemplate} most={300} />
        </code>
      </p>
      {description !== undefined && (
        <p className="description">
          <PlainText text={description} />
        </p>
      )}
      {parsed ? (
        <form
          className="fields"
          onSubmit={(event) => {
            event.preventDefault();
            const filled = Object.entries(values).filter(([, value]) => value !== '');
            setUri(parsed.expand(Object.fromEntries(filled)));
          }}
        >
          {names.map((variable) => (
            <CompletionField
              key={variable}
              label={variable}
              reference={{ type: 'ref/resource', uri: uriTemplate }}
              argument={variable}
              values={values}
              onChange={(value) => setValues((all) => ({ ...all, [variable]: value }))}
            />
          ))}
          <button type="submit" className="primary">
            Read
          </button>
        </form>
      ) : (
        <p role="alert">This template cannot be understood.</p>
      )}
      {uri !== undefined && (
        <>
          <h3>
            <code>
              <PlainText text={uri} most={300} />
            </code>
          </h3>
          <ReadResource key={uri} uri={uri} />
        </>
      )}
    </article>
  );
}

function parse(uriTemplate: string): UriTemplate | undefined {
  try {
    return new UriTemplate(uriTemplate);
  } catch {
    return undefined;
  }
}
