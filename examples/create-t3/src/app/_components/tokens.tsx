'use client';

import { useState } from 'react';
import { api } from '~/trpc/react';

export function Tokens({ endpoint }: { endpoint: string }) {
  const [label, setLabel] = useState('');
  const [tokens] = api.token.list.useSuspenseQuery();
  const utils = api.useUtils();
  const refresh = () => utils.token.list.invalidate();
  const remove = api.token.delete.useMutation({ onSuccess: refresh });
  const create = api.token.create.useMutation({
    async onSuccess() {
      setLabel('');
      await refresh();
    },
  });
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ label });
        }}
      >
        <input
          aria-label="Name of the agent"
          placeholder="Name of the agent"
          required
          value={label}
          onChange={(event) => setLabel(event.target.value)}
        />
        <button disabled={create.isPending}>Make a token</button>
      </form>
      {create.data && (
        <p role="status">
          Copy the token now, it is not shown again. For Claude Code:
          <br />
          <code>
            claude mcp add --transport http posts {endpoint} --header &quot;Authorization: Bearer{' '}
            {create.data.token}&quot;
          </code>
        </p>
      )}
      <ul>
        {tokens.map((token) => (
          <li key={token.id}>
            {token.label} <small>made on {token.createdAt.toISOString().slice(0, 10)}</small>{' '}
            <button onClick={() => remove.mutate({ id: token.id })}>Delete {token.label}</button>
          </li>
        ))}
      </ul>
    </>
  );
}
