'use client';

import { useState } from 'react';
import { api } from '~/trpc/react';

export function Posts() {
  const [posts] = api.post.list.useSuspenseQuery();
  return (
    <ul>
      {posts.map((post) => (
        <li key={post.id}>
          {post.title}
          <br />
          <small>
            {post.author}
            {post.isByAgent && ', through an agent'}
          </small>
        </li>
      ))}
    </ul>
  );
}

export function NewPost() {
  const [title, setTitle] = useState('');
  const utils = api.useUtils();
  const create = api.post.create.useMutation({
    async onSuccess() {
      setTitle('');
      await utils.post.list.invalidate();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ title });
      }}
    >
      <input
        aria-label="Title"
        placeholder="Title"
        required
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <button disabled={create.isPending}>Publish</button>
    </form>
  );
}
