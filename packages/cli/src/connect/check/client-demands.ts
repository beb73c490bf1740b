import type { DemandId } from './finding.ts';

/** What one client wants of an endpoint, and where that is known from. */
export interface ClientDemands {
  title: string;
  /** True if it can send a token that a person has from elsewhere. */
  takesHeaders: boolean;
  /** What it needs when the endpoint wants its users to sign in. */
  oauth: readonly DemandId[];
  /** True if it connects from the servers of its maker, and not from this machine. */
  isRemote: boolean;
  source: string;
  date: string;
}

const common = ['sign-in', 'resource', 'issuer', 'pkce', 'register'] as const;
const sdk = 'MCP specification 2025-11-25, authorization; TypeScript SDK auth.ts';
const date = '2026-11-28';

export const clientDemands: Readonly<Record<CheckedClient, ClientDemands>> = {
  'claude-code': {
    title: 'Claude Code',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: sdk,
    date,
  },
  'claude-desktop': {
    title: 'Claude Desktop',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: 'mcp-remote, which uses the TypeScript SDK',
    date,
  },
  cursor: { title: 'Cursor', takesHeaders: true, isRemote: false, oauth: common, source: sdk, date },
  vscode: { title: 'VS Code', takesHeaders: true, isRemote: false, oauth: common, source: sdk, date },
  codex: { title: 'Codex', takesHeaders: true, isRemote: false, oauth: common, source: sdk, date },
  gemini: {
    title: 'Gemini CLI',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: 'gemini-cli docs/tools/mcp-server.md',
    date,
  },
  windsurf: { title: 'Windsurf', takesHeaders: true, isRemote: false, oauth: common, source: sdk, date },
  zed: {
    title: 'Zed',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: 'zed.dev/docs/ai/mcp',
    date,
  },
  'claude.ai': {
    title: 'claude.ai',
    takesHeaders: false,
    isRemote: true,
    oauth: ['sign-in', 'metadata', 'root', 'resource', 'issuer', 'pkce', 'register'],
    source: 'facts of this project on claude.ai: metadata at both places, no headers of your own',
    date,
  },
  chatgpt: {
    title: 'ChatGPT',
    takesHeaders: false,
    isRemote: true,
    oauth: ['sign-in', 'metadata', 'resource', 'issuer', 'pkce', 'register'],
    source: 'OpenAI Apps SDK, authentication: connectors take OAuth only',
    date,
  },
};

export type CheckedClient =
  | 'claude-code'
  | 'claude-desktop'
  | 'cursor'
  | 'vscode'
  | 'codex'
  | 'gemini'
  | 'windsurf'
  | 'zed'
  | 'claude.ai'
  | 'chatgpt';

export const checkedClients: readonly CheckedClient[] = Object.keys(clientDemands) as CheckedClient[];
