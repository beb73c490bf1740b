import type { EvalModel } from '@trpc-mcp/ai/evals';
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import { resolveFrom } from '../target/import.ts';
import type { Terminal } from '../terminal.ts';

const forms =
  'Name a provider of the AI SDK and a model, such as @ai-sdk/openai:gpt-5-mini. Or set OPENAI_BASE_URL to an OpenAI-compatible endpoint, and name only the model.';

/** Opens the model that `--model` names, with a provider package of the app. */
export async function openNamedModel(spec: string, file: string, { env }: Terminal): Promise<EvalModel> {
  const at = spec.indexOf(':');
  const [name, id] = at === -1 ? ['', spec] : [spec.slice(0, at), spec.slice(at + 1)];
  const isName = /^[a-z\d]/i.test(name) && !isBuiltin(name);
  const isPackage = name.startsWith('@') || (isName && resolvePackage(file, name) !== undefined);
  if (!isPackage) return openCompatible(spec, file, env);
  if (id === '') throw new CliError(`"${spec}" names no model`, { fix: forms });
  const loaded = await loadPackage(file, name);
  const provider = Object.values(loaded).find(isProvider);
  if (provider === undefined) throw new CliError(`${name} exports no provider of the AI SDK`, { fix: forms });
  return provider.languageModel(id);
}

/** An endpoint that speaks as OpenAI's, such as Ollama, vLLM or a gateway. */
async function openCompatible(id: string, file: string, env: Terminal['env']): Promise<EvalModel> {
  const { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: apiKey } = env;
  if (baseURL === undefined || baseURL === '')
    throw new CliError(`"${id}" names no provider, and OPENAI_BASE_URL is not set`, { fix: forms });
  if (!URL.canParse(baseURL))
    throw new CliError(`OPENAI_BASE_URL is "${baseURL}", which is no URL`, {
      fix: 'Write it whole, such as http://127.0.0.1:11434/v1.',
    });
  const { createOpenAICompatible } = (await loadPackage(file, '@ai-sdk/openai-compatible')) as {
    createOpenAICompatible: (options: object) => Provider;
  };
  const { host } = new URL(baseURL);
  return createOpenAICompatible({ name: host, baseURL, ...(apiKey && { apiKey }) }).languageModel(id);
}

interface Provider {
  languageModel: (id: string) => Exclude<EvalModel, string | (() => unknown)>;
}

function isProvider(value: unknown): value is Provider {
  const isObject = typeof value === 'function' || (typeof value === 'object' && value !== null);
  return isObject && typeof (value as Partial<Provider>).languageModel === 'function';
}

async function loadPackage(file: string, name: string): Promise<Record<string, unknown>> {
  const resolved = resolvePackage(file, name);
  if (resolved === undefined)
    throw new CliError(`${name} is not installed`, {
      exitCode: exitCode.unavailable,
      fix: `Install it: npm install --save-dev ${name}`,
    });
  return (await import(pathToFileURL(resolved).href)) as Record<string, unknown>;
}

/** Providers may be for `import` alone, which `require` does not resolve. */
function resolvePackage(file: string, name: string): string | undefined {
  const resolved = resolveFrom(file, name);
  if (resolved !== undefined) return resolved;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(manifest)) {
      const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
        exports?: { '.'?: { import?: unknown } };
      };
      const main = exports?.['.']?.import;
      return typeof main === 'string' ? join(dirname(manifest), main) : undefined;
    }
    if (dirname(folder) === folder) return undefined;
  }
}
