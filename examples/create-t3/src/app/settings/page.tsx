import { headers } from 'next/headers';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { auth } from '~/server/auth';
import { api, HydrateClient } from '~/trpc/server';
import { Tokens } from '../_components/tokens';

export default async function Settings() {
  if (!(await auth())) redirect('/api/auth/signin?callbackUrl=/settings');
  void api.token.list.prefetch();
  const asked = await headers();
  const endpoint = `${asked.get('x-forwarded-proto') ?? 'http'}://${asked.get('host')}/api/mcp`;
  return (
    <HydrateClient>
      <header>
        <h1>Settings</h1>
        <Link href="/">Posts</Link>
      </header>
      <p>
        Agents that have a token of yours read and write posts in your name. Make one token for each agent.
      </p>
      <Tokens endpoint={endpoint} />
    </HydrateClient>
  );
}
