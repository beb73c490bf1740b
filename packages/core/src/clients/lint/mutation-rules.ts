import type { ClientTool } from '../finding.ts';
import { isObject } from '../node.ts';
import { eachTool, type LintRule } from './rule.ts';
import { isDestructiveName } from './tool-name.ts';

/** Tools that change something, of which nobody says how much. */
export const mutationRules: LintRule[] = [
  {
    code: 'destructive-unconfirmed',
    severity: 'warning',
    finds:
      'tools that delete or overwrite something, by their name or their annotations, and neither ask a person before nor have a dry run',
    fix: 'set mcp.confirm, or mcp.annotations: { destructiveHint: false } if nothing is lost',
    example: {
      found: 'a mutation users.delete with mcp: true',
      fine: "mcp: { confirm: 'Delete the user {id} and all their files?' }",
    },
    find: eachTool((tool) => {
      if (!mayDestroy(tool) || isGuarded(tool)) return undefined;
      if (isDestructiveName(tool.name))
        return {
          place: 'annotations',
          message: 'its name says that it removes something, and nobody is asked before',
        };
      if (isSaid(tool))
        return {
          place: 'annotations',
          message: 'it is destructive by its annotations, and nobody is asked before',
        };
      return undefined;
    }),
  },
  {
    code: 'mutation-unannotated',
    severity: 'warning',
    finds:
      'tools that change something and have neither mcp.confirm nor annotations of their own: clients treat them as destructive, and ask a person each time',
    fix: 'set mcp.annotations: { destructiveHint: false } if nothing is lost or overwritten; otherwise set mcp.confirm',
    example: {
      found: 'a mutation posts.publish with mcp: true',
      fine: 'mcp: { annotations: { destructiveHint: false, idempotentHint: true } }',
    },
    find: eachTool((tool) => {
      if (!mayDestroy(tool) || asks(tool) || isSaid(tool)) return undefined;
      // The rule above has found it.
      if (isDestructiveName(tool.name)) return undefined;
      const { annotations = {} } = tool;
      const isMissing = Object.keys(annotations).length === 0;
      const what = isMissing ? 'it has no annotations' : 'its annotations are those that every mutation has';
      return { place: 'annotations', message: `${what}, so clients take it for destructive` };
    }),
  },
];

interface Hints {
  readOnlyHint?: unknown;
  destructiveHint?: unknown;
  idempotentHint?: unknown;
  openWorldHint?: unknown;
}

const hintsOf = ({ annotations = {} }: ClientTool): Hints => annotations;

/** By the specification, a tool without hints may destroy something. */
function mayDestroy(tool: ClientTool): boolean {
  const { readOnlyHint, destructiveHint } = hintsOf(tool);
  return readOnlyHint !== true && destructiveHint !== false;
}

/** Whether its author has said more than what this package says of every mutation. */
function isSaid(tool: ClientTool): boolean {
  const { idempotentHint, openWorldHint } = hintsOf(tool);
  return idempotentHint !== undefined || openWorldHint !== undefined;
}

function asks({ _meta = {} }: ClientTool): boolean {
  return (_meta as Record<string, unknown>)['anthropic/requiresUserInteraction'] === true;
}

function isGuarded(tool: ClientTool): boolean {
  const { properties } = tool.inputSchema;
  const hasDryRun =
    isObject(properties) && Object.keys(properties).some((name) => /^_?dry_?run$/i.test(name));
  return asks(tool) || hasDryRun;
}
