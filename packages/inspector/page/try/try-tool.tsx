import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { useState } from 'react';
import { ResultView } from '../result/result-view.tsx';
import { attempt } from '../session/connection.ts';

/** A form for the arguments of a tool, and what a call with them gave. */
export function TryTool({ tool }: { tool: Tool }) {
  const [text, setText] = useState('{}');
  const [called, setCalled] = useState<{ args: Record<string, unknown>; result: CallToolResult }>();
  const run = async () => {
    const args = JSON.parse(text) as Record<string, unknown>;
    setCalled({
      args,
      result: await attempt((client) => client.callTool({ name: tool.name, arguments: args })),
    });
  };
  return (
    <section aria-label={`Try ${tool.name}`}>
      <label>
        Arguments <textarea value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <button type="button" onClick={() => void run()}>
        Run
      </button>
      {called && <ResultView tool={tool} {...called} />}
    </section>
  );
}
