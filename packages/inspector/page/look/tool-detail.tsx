import type { Tool } from '@modelcontextprotocol/client';
import { useMemo } from 'react';
import { JsonText } from '../parts/json-text.tsx';
import { PlainText, ShortText } from '../parts/plain-text.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { listing } from '../session/listing.ts';
import { useStore } from '../store.ts';
import { TryTool } from '../try/try-tool.tsx';
import { ArgumentTable } from './argument-table.tsx';
import { BadgeList } from './badge-list.tsx';
import { ClientCheck } from './client-check.tsx';
import { IconRow } from './icon-row.tsx';
import { LintCheck } from './lint-check.tsx';
import { procedureOf } from './procedure.ts';
import { tokensOf, tokensOfAll } from './tokens.ts';

/** Everything that the endpoint says of a tool, and what others make of it. */
export function ToolDetail({ tool, copy }: { tool: Tool; copy: number }) {
  const listed = useStore(listing);
  const namesakes = listed?.tools.filter(({ name }) => name === tool.name).length ?? 1;
  const title = tool.title ?? tool.annotations?.title;
  return (
    <article aria-labelledby="tool">
      <h2 id="tool">
        <IconRow icons={tool.icons} /> <ShortText text={title ?? tool.name} most={200} />
      </h2>
      {title !== undefined && (
        <p className="identifier">
          <code>
            <PlainText text={tool.name} most={200} />
          </code>
        </p>
      )}
      {namesakes > 1 && (
        <p role="note" className="warning">
          {namesakes} tools of this endpoint have this name, and this is number {copy + 1}. A client can call
          only one of them.
        </p>
      )}
      {tool.description !== undefined && (
        <p className="description">
          <PlainText text={tool.description} />
        </p>
      )}
      <Tabs
        label="What to see of the tool"
        tabs={[
          { name: 'try', title: 'Try', make: () => <TryTool tool={tool} /> },
          { name: 'about', title: 'About', make: () => <About tool={tool} /> },
          { name: 'schema', title: 'Schema', make: () => <Schemas tool={tool} /> },
          { name: 'clients', title: 'Other clients', make: () => <ClientCheck tool={tool.name} /> },
          { name: 'lint', title: 'Lint', make: () => <LintCheck tool={tool.name} /> },
        ]}
      />
    </article>
  );
}

function About({ tool }: { tool: Tool }) {
  const { path, type } = procedureOf(tool);
  const tools = useStore(listing)?.tools;
  const all = useMemo(() => tokensOfAll(tools ?? []), [tools]);
  const own = tokensOf(tool);
  return (
    <>
      <BadgeList tool={tool} isWhole />
      <dl className="facts">
        {path !== undefined && (
          <>
            <dt>Procedure</dt>
            <dd>
              <code>
                <PlainText text={path} most={200} />
              </code>
              {type !== undefined && `, a ${type}`}
            </dd>
          </>
        )}
        <dt>Tokens</dt>
        <dd>
          About {own.toLocaleString('en')}, of {all.toLocaleString('en')} of the whole list. A model reads the
          name, the description and the input schema with every request.
        </dd>
        <dt>Annotations</dt>
        <dd>
          {tool.annotations && Object.keys(tool.annotations).length > 0 ? (
            <code>
              <PlainText text={JSON.stringify(tool.annotations)} most={500} />
            </code>
          ) : (
            'None.'
          )}
        </dd>
      </dl>
      <h3>Arguments</h3>
      <ArgumentTable schema={tool.inputSchema} empty="It takes no arguments." label="Arguments" />
      {tool.outputSchema !== undefined && (
        <>
          <h3>Result</h3>
          <ArgumentTable schema={tool.outputSchema} empty="Its schema names no fields." label="Result" />
        </>
      )}
    </>
  );
}

function Schemas({ tool }: { tool: Tool }) {
  return (
    <>
      <h3>Input</h3>
      <JsonText value={tool.inputSchema} label="Input schema" />
      <h3>Output</h3>
      {tool.outputSchema === undefined ? (
        <p>The tool does not say what it returns.</p>
      ) : (
        <JsonText value={tool.outputSchema} label="Output schema" />
      )}
      {tool._meta !== undefined && (
        <>
          <h3>What clients are told beside</h3>
          <JsonText value={tool._meta} label="Metadata" />
        </>
      )}
    </>
  );
}
