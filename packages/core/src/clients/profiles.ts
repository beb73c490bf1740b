import { chatgpt } from './chatgpt.ts';
import { claudeCode } from './claude-code.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilot-cli.ts';
import { cursor } from './cursor.ts';
import type { Client, ClientServer, ClientTool, Finding as FindingOf } from './finding.ts';
import { gemini } from './gemini.ts';
import { llamaCpp } from './llama-cpp.ts';
import { openai } from './openai.ts';
import { vscode } from './vscode.ts';
import { windsurf } from './windsurf.ts';

/** What each client takes. */
export const clients: Readonly<Record<ClientName, Client>> = {
  'claude-code': claudeCode,
  claude,
  chatgpt,
  codex,
  openai,
  vscode,
  'copilot-cli': copilotCli,
  cursor,
  gemini,
  'llama.cpp': llamaCpp,
  windsurf,
};

/** The name of a client whose needs are known. */
export type ClientName =
  | 'claude-code'
  | 'claude'
  | 'chatgpt'
  | 'codex'
  | 'openai'
  | 'vscode'
  | 'copilot-cli'
  | 'cursor'
  | 'gemini'
  | 'llama.cpp'
  | 'windsurf';

/** What one client makes of one tool, or of the whole list. */
export type Finding = FindingOf<ClientName>;

/** The clients whose needs are known, as `checkTools` and `lintTools` name them. */
export const clientNames: ClientName[] = Object.keys(clients) as ClientName[];

/** Says what these clients make of a list of tools: errors first, in the order of the clients and of their rules. */
export function checkTools(
  tools: readonly ClientTool[],
  names: readonly ClientName[] = clientNames,
  server: ClientServer = {},
): Finding[] {
  const listing = { ...server, tools };
  const findings = names.flatMap((client) => {
    const { title, rules } = clients[client];
    return rules.flatMap((rule) => {
      const { id, severity, losesAll = false, does, fix } = rule;
      return rule.find(listing).map(({ tool, detail }): Finding => {
        const message = `${detail}, and ${title} ${does}`;
        return { client, tool, rule: id, severity, losesAll, detail, message, fix };
      });
    });
  });
  const isError = ({ severity }: Finding) => severity === 'error';
  return [...findings.filter(isError), ...findings.filter((finding) => !isError(finding))];
}
