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
// The sign-in of these clients was not read; they are taken to follow the specification.
const specification =
  'MCP specification 2026-07-28, authorization: discovery of servers, and registration of clients';
const date = '2026-11-28';

export const clientDemands: Readonly<Record<CheckedClient, ClientDemands>> = {
  'claude-code': {
    title: 'Claude Code',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: specification,
    date,
  },
  'claude-desktop': {
    title: 'Claude Desktop',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: 'mcp-remote 0.15.1, which uses the TypeScript SDK',
    date,
  },
  cursor: {
    title: 'Cursor',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: specification,
    date,
  },
  vscode: {
    title: 'VS Code',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: specification,
    date,
  },
  codex: { title: 'Codex', takesHeaders: true, isRemote: false, oauth: common, source: specification, date },
  gemini: {
    title: 'Gemini CLI',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: 'gemini-cli 5411f113, docs/tools/mcp-server.md',
    date,
  },
  windsurf: {
    title: 'Windsurf',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: specification,
    date,
  },
  zed: {
    title: 'Zed',
    takesHeaders: true,
    isRemote: false,
    oauth: common,
    source: specification,
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
    source: 'facts of this project on ChatGPT: connectors take OAuth only',
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
