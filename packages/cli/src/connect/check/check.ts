import { isLoopback, isPrivateHost } from '../endpoint.ts';
import { type CheckedClient, clientDemands } from './client-demands.ts';
import { type DemandId, demandIds, type Finding, missing, notNeeded, ok, warning } from './finding.ts';
import { checkOAuth, readChallenge } from './oauth.ts';
import { judgeAnswer } from './reach.ts';
import { request, requestInitialize } from './request.ts';
import { listTools } from './session.ts';

export interface EndpointReport {
  url: string;
  /** What the endpoint wants of who calls it. */
  access: 'open' | 'oauth' | 'token' | 'unknown';
  /** True if it took the headers that were given. */
  isAuthorized: boolean;
  /** True if it refused the headers that were given. */
  isRefused: boolean;
  serverName: string | undefined;
  toolNames: readonly string[] | undefined;
  findings: readonly Finding[];
  clients: readonly ClientReport[];
}

export interface ClientReport {
  client: CheckedClient;
  title: string;
  findings: readonly Finding[];
}

/** Looks at an endpoint as clients do, and says for each what it needs and does not find. */
export async function checkEndpoint(
  url: string,
  headers: Record<string, string>,
  clients: readonly CheckedClient[],
): Promise<EndpointReport> {
  const first = await requestInitialize(url);
  const answers = await judgeAnswer(url, first);
  const session = 'failure' in first ? null : first.headers.get('mcp-session-id');
  // A session that nobody goes on with takes the place of another.
  if (session !== null) await request(url, { method: 'DELETE', headers: { 'mcp-session-id': session } });
  const hasHeaders = Object.keys(headers).length > 0;
  const facts = new Map<DemandId, Finding>([['answers', answers], ...judgeHost(url)]);
  let access: EndpointReport['access'] = 'unknown';
  let listed: Awaited<ReturnType<typeof listTools>> | undefined;
  if (answers.state === 'ok' && !('failure' in first)) {
    const wantsSignIn = first.status === 401;
    access = 'open';
    if (wantsSignIn) {
      const oauth = await checkOAuth(url, readChallenge(first.headers));
      access = oauth.isOffered ? 'oauth' : 'token';
      for (const finding of oauth.findings) facts.set(finding.demand, finding);
    }
    if (!wantsSignIn || hasHeaders) listed = await listTools(url, headers);
    // A list may want more than an initialize does.
    facts.set('mcp', listed?.finding ?? notNeeded('mcp', 'It can be tried only after signing in.'));
  }
  const isAuthorized = hasHeaders && listed?.finding.state === 'ok';
  const report = { url, access, isAuthorized, isRefused: listed?.isRefused === true };
  return {
    ...report,
    serverName: listed?.serverName,
    toolNames: listed?.toolNames,
    findings: [...facts.values()],
    clients: clients.map((client) => ({
      client,
      title: clientDemands[client].title,
      findings: judgeClient(client, facts, access, isAuthorized),
    })),
  };
}

/** Whether something is missing for one of the clients. */
export function hasMissing({ clients }: EndpointReport): boolean {
  return clients.some(({ findings }) => findings.some(({ state }) => state === 'missing'));
}

function judgeHost(url: string): [DemandId, Finding][] {
  const { protocol, hostname } = new URL(url);
  const https =
    protocol === 'https:'
      ? ok('https', 'It has https.')
      : isLoopback(hostname)
        ? ok('https', 'It is on this machine.')
        : warning(
            'https',
            'Tokens and data go over the network in plain text.',
            `serve ${hostname} by https`,
          );
  const internet = isPrivateHost(hostname)
    ? warning(
        'internet',
        `${hostname} can't be reached from the internet.`,
        'use a public host, or a tunnel to this one',
      )
    : ok('internet', `${hostname} has a public name.`);
  return [
    ['https', https],
    ['internet', internet],
  ];
}

function judgeClient(
  client: CheckedClient,
  facts: ReadonlyMap<DemandId, Finding>,
  access: EndpointReport['access'],
  isAuthorized: boolean,
): Finding[] {
  const { takesHeaders, isRemote, oauth, title } = clientDemands[client];
  return demandIds.map((demand): Finding => {
    const fact = facts.get(demand);
    if (demand === 'internet' && !isRemote) return notNeeded(demand, `${title} connects from this machine.`);
    if (demand === 'answers' || demand === 'mcp' || demand === 'https' || demand === 'internet') {
      return fact ?? notNeeded(demand, 'It was not looked at.');
    }
    if (access === 'open') return notNeeded(demand, 'The endpoint is open.');
    if (access === 'unknown') return notNeeded(demand, 'It was not looked at.');
    if (takesHeaders && isAuthorized) return notNeeded(demand, 'The header is enough.');
    if (access === 'token') return judgeToken(demand, title, takesHeaders);
    if (!oauth.includes(demand)) return notNeeded(demand, `${title} does not need it.`);
    return fact ?? notNeeded(demand, 'It was not looked at.');
  });
}

/** An endpoint that wants a token, and says nothing about where to get one. */
function judgeToken(demand: DemandId, title: string, takesHeaders: boolean): Finding {
  if (demand !== 'sign-in') return notNeeded(demand, 'The endpoint has no OAuth.');
  if (takesHeaders) {
    const detail = 'The endpoint wants a token, and offers no OAuth to get one.';
    return missing(demand, detail, "give the token: --header 'Authorization: Bearer …'");
  }
  const detail = `${title} takes OAuth only, and the endpoint wants a plain token.`;
  return missing(
    demand,
    detail,
    'make the endpoint an OAuth resource server, with bearer({ … }) as the option auth',
  );
}
