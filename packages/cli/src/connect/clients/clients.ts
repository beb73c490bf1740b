import { claudeCode } from './claude-code.ts';
import { claudeDesktop } from './claude-desktop.ts';
import type { ConfigClient } from './client.ts';
import { codex } from './codex.ts';
import { cursor } from './cursor.ts';
import { gemini } from './gemini.ts';
import { vscode } from './vscode.ts';
import { windsurf } from './windsurf.ts';
import { zed } from './zed.ts';

/** The clients whose files can be written. */
export const configClients: Readonly<Record<ConfigClientName, ConfigClient>> = {
  'claude-code': claudeCode,
  'claude-desktop': claudeDesktop,
  cursor,
  vscode,
  codex,
  gemini,
  windsurf,
  zed,
};

export type ConfigClientName =
  'claude-code' | 'claude-desktop' | 'cursor' | 'vscode' | 'codex' | 'gemini' | 'windsurf' | 'zed';

export const configClientNames: readonly ConfigClientName[] = Object.keys(
  configClients,
) as ConfigClientName[];
