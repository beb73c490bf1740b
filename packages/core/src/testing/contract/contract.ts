import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AnyTRPCRouter } from '@trpc/server';
import type { OwnItems } from '../../catalog/own.ts';
import type { ClientName } from '../../clients/clients.ts';
import type { ServerInfo } from '../../protocol/options.ts';
import { type CatalogChoice, readCatalog } from '../read-catalog.ts';
import { assertSuits, type SuitLimits } from './client-suit.ts';
import { diffContracts, type Change } from './contract-diff.ts';
import { type Contract, toContract, writeContract } from './contract-file.ts';
import { locate, readMode, updateVariable } from './runner.ts';

/** The options that decide what is served. Give the same values as to the handler. */
export interface ContractOptions<TRouter extends AnyTRPCRouter = AnyTRPCRouter>
  extends CatalogChoice<TRouter>, OwnItems {
  /** The name that people give the server in their clients, and its instructions. Only `toSuit` reads them. */
  server?: Partial<ServerInfo>;
}

/** What a router promises its MCP clients, for comparison with a file. */
export interface CatalogExpectation {
  /**
   * Compares names, schemas, annotations and scopes with those in the file, and throws an `Error` that says what has
   * changed and whether it can break clients. A missing file is written, except in CI. `vitest -u`, `jest -u` and
   * `UPDATE_MCP_LOCK=1` overwrite it.
   *
   * A path is relative to the package of the test file, so `mcp.lock.json` is next to its package.json.
   */
  toMatchFile(file: string | URL): Promise<void>;
  /**
   * Checks what is listed against what these clients are known to take, and throws an `Error` that lists every tool that one
   * of them would lose. With `maxTokens`, also if `tools/list` is estimated to have more tokens. What a client only cuts or
   * ignores does not fail. With `discovery`, what is listed are the tools to search with and those that are pinned.
   * `docs/clients.md` has all rules, and where each is known from.
   */
  toSuit(clients: readonly ClientName[], limits?: SuitLimits): Promise<void>;
}

/** Expects that a router still serves what clients were promised. Give it the same `options` as the handler. */
export function expectCatalog<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  options: ContractOptions<TRouter> = {},
): CatalogExpectation {
  return {
    async toMatchFile(file) {
      const text = writeContract(toContract(await readCatalog(router, options, options)));
      const path = await locate(file);
      const mode = readMode();
      const promised = await readContract(path);
      if (!promised) {
        if (mode === 'check') throw new Error(`${path} does not exist; ${howToWrite} and commit the file`);
        return writeFile(path, text);
      }
      const served = JSON.parse(text) as Contract;
      // A file that says the same in the words of an older version is written again too.
      if (mode === 'update') return isDeepStrictEqual(promised, served) ? undefined : writeFile(path, text);
      const changes = diffContracts(promised, served);
      if (changes.length === 0) return undefined;
      throw new Error(explain(basename(path), changes));
    },
    async toSuit(clients, limits = {}) {
      assertSuits(await readCatalog(router, options, options), clients, options.server, limits);
    },
  };
}

const howToWrite = `run the test with ${updateVariable}=1 in its environment, or with -u,`;

async function readContract(path: string): Promise<Contract | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Contract;
  } catch (cause) {
    throw new Error(`${path} is not JSON; repair it, or delete it and ${howToWrite} to write it again`, {
      cause,
    });
  }
}

function explain(file: string, changes: readonly Change[]): string {
  const breaking = changes.filter(({ isBreaking }) => isBreaking).length;
  const lines = changes.map(({ isBreaking, at, what }) => `${isBreaking ? '!' : ' '} ${at}: ${what}`);
  const count = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`;
  const verdict =
    breaking === 0 ? 'none of them breaks a client' : `${breaking} of them may break clients (!)`;
  return [
    `this router no longer serves what ${file} says: ${count}, ${verdict}`,
    '',
    ...lines,
    '',
    `If that is meant, ${howToWrite} and commit the file.`,
  ].join('\n');
}
