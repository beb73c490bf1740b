import { claudeRules } from './claude.ts';
import type { Client } from './finding.ts';
import { descriptionsFit, instructionsFit, namesFit, namesLeaveRoom } from './list-check.ts';
import { outputsEnd } from './schema-check.ts';

const prefix = (serverName: string) => `mcp__${serverName.replaceAll(/[^a-zA-Z0-9_-]/g, '_')}__`;

export const claudeCode: Client = {
  title: 'Claude Code',
  rules: [
    ...claudeRules,
    {
      id: 'name-length',
      severity: 'error',
      does: 'calls a tool mcp__server__tool, and cannot refer to names of more than 64 characters',
      fix: 'set a shorter mcp.name, or give the server a shorter name',
      bridge:
        'A name of more than 64 characters is a problem of set-up; the name of the server is up to you.',
      source: 'claude-code#16425',
      date: '2026-11-28',
      find: namesFit(64, prefix),
    },
    {
      id: 'name-room',
      severity: 'warning',
      does: 'puts mcp__server__ before the name of a tool, in a plugin mcp__plugin_x_y__, and needs 25 of 64 characters for that',
      fix: 'set a shorter mcp.name, of at most 39 characters',
      bridge: 'Nothing: the name of a plugin is not known to a server.',
      source: 'claude-code#16425',
      date: '2026-11-28',
      find: namesLeaveRoom(64, 25, prefix),
    },
    {
      id: 'recursive-output',
      severity: 'error',
      losesAll: true,
      does: 'lost the whole list over one recursive output schema, up to 2.1.220',
      fix: 'leave mcp.output out, or describe only the first levels',
      bridge: 'A recursive output schema is not published.',
      source: 'claude-code#77106, #81111',
      date: '2026-11-28',
      find: outputsEnd,
    },
    {
      id: 'description-length',
      severity: 'warning',
      isTold: true,
      does: 'cuts the description of a tool after 2 KB',
      fix: 'shorten mcp.description and mcp.instructions',
      bridge: '`ready()` tells in development what is cut.',
      source: 'Claude Code documentation; claude-code#41593',
      date: '2026-11-28',
      find: descriptionsFit(2048),
    },
    {
      id: 'instructions-length',
      severity: 'warning',
      isTold: true,
      does: 'cuts the instructions of a server after 2 KB',
      fix: 'shorten server.instructions, and move what is about one tool into its description',
      bridge: '`ready()` tells in development what is cut.',
      source: 'Claude Code documentation; claude-code#41593',
      date: '2026-11-28',
      find: instructionsFit(2048),
    },
  ],
  facts: [
    {
      about: 'tools',
      does: 'refuses a list whose `nextCursor` is null',
      bridge: '`nextCursor` is left out where there is no next page.',
      source: 'Codewhale#5335',
      date: '2026-11-28',
    },
    {
      about: 'results',
      does: 'shows the model `structuredContent` only, where there is one: words and images of `content` never arrive',
      bridge: 'Where `content` is more than a copy, no `structuredContent` is sent, see `structured`.',
      source: 'claude-code#79944, #54737',
      date: '2026-11-28',
    },
    {
      about: 'results',
      does: 'warns at 10,000 tokens and cuts at 25,000 (`MAX_MCP_OUTPUT_TOKENS`) into a file',
      bridge:
        'Set `_meta["anthropic/maxResultSizeChars"]` on a tool to keep up to 500,000 characters of text.',
      source: 'Claude Code documentation',
      date: '2026-11-28',
    },
    {
      about: 'hints',
      does: 'reads `anthropic/alwaysLoad`, `anthropic/searchHint`, `anthropic/requiresUserInteraction` and `anthropic/maxResultSizeChars` in the `_meta` of a tool',
      bridge: 'The first three are made of `mcp.pinned`, `mcp.keywords` and `mcp.confirm`.',
      source: 'Claude Code documentation',
      date: '2026-11-28',
    },
    {
      about: 'limits',
      does: 'connects within 30 seconds, ends a call that is silent for 300 seconds, and continues one in the background after 2 minutes',
      bridge:
        'Progress resets the 300 seconds, and the bridge sends it every 3 seconds while the procedure sends none.',
      source: 'dot-ai#708; ha-mcp#2213',
      date: '2026-11-28',
    },
  ],
};
