import {
  checkTools,
  type ClientName,
  clients,
  type Finding,
  type LintFinding,
  lintTools,
} from '@trpc-mcp/core/clients';
import type { Listing } from '../session/listing.ts';

/** What one client makes of a list, with where that is known from. */
export interface ClientFinding extends Finding {
  source: string;
  date: string;
}

/** Says what a client makes of the tools of a list. Worked out once for each list. */
export function findForClient(
  listing: Listing,
  client: ClientName,
  server: Server,
): readonly ClientFinding[] {
  const known = checksOf(listing);
  return (known.clients[client] ??= checkTools(listing.tools, [client], server).map((finding) => {
    const { source = '', date = '' } = clients[client].rules.find(({ id }) => id === finding.rule) ?? {};
    return { ...finding, source, date };
  }));
}

/** Says what the lint says of the tools of a list. Worked out once for each list. */
export function findByLint(listing: Listing, server: Server): readonly LintFinding[] {
  const known = checksOf(listing);
  const resources = [
    ...listing.resources.map(({ uri, name }) => ({ uri, name })),
    ...listing.templates.map(({ uriTemplate, name }) => ({ uri: uriTemplate, name })),
  ];
  return (known.lint ??= lintTools({ ...server, tools: listing.tools, resources }));
}

interface Server {
  instructions: string | undefined;
}

interface Checks {
  clients: Partial<Record<ClientName, readonly ClientFinding[]>>;
  lint?: readonly LintFinding[];
}

const known = new WeakMap<Listing, Checks>();

function checksOf(listing: Listing): Checks {
  const checks = known.get(listing) ?? { clients: {} };
  known.set(listing, checks);
  return checks;
}
