import Link from 'next/link';
import { auth } from '~/server/auth';
import { api, HydrateClient } from '~/trpc/server';
import { NewPost, Posts } from './_components/posts';

export default async function Home() {
  const session = await auth();
  void api.post.list.prefetch();
  return (
    <HydrateClient>
      <header>
        <h1>Posts</h1>
        {session ? (
          <>
            <span>{session.user.name}</span>
            <Link href="/settings">Settings</Link>
            <Link href="/api/auth/signout">Sign out</Link>
          </>
        ) : (
          <Link href="/api/auth/signin">Sign in</Link>
        )}
      </header>
      {session && <NewPost />}
      <Posts />
    </HydrateClient>
  );
}
