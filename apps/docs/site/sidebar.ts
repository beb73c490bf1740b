/** A page of docs/, without its ending: what the sidebar calls it, where it is, and the words of readers who look for it. */
export type Entry = readonly [title: string, page: string, keywords?: string];

export interface Section {
  title: string;
  entries: readonly Entry[];
  /** Shown closed until one of its pages is open. */
  collapsed?: boolean;
}

/** Every page of docs/ stands here once, which a test checks. */
export const sections: readonly Section[] = [
  {
    title: 'Start',
    entries: [
      ['Five minutes on Express', 'start'],
      ['Add to an existing app', 'add-to-app'],
    ],
  },
  {
    title: 'Guides',
    entries: [
      ['Tag and describe tools', 'tools'],
      ['Auth', 'auth'],
      ['OAuth', 'oauth'],
      ['Changes and consent', 'changes'],
      ['Results and budgets', 'results'],
      ['Big apps', 'big-apps'],
      ['Existing apps', 'existing-apps'],
      ['Files', 'files'],
      ['Resources', 'resources'],
      ['Prompts', 'prompts'],
      ['Long work', 'streaming'],
      ['Questions to the user', 'questions'],
      ['Your own tools', 'own-tools'],
      ['Pages in the chat', 'apps'],
      ['Errors', 'errors'],
      ['Titles, icons and hints', 'metadata'],
      ['Output schemas', 'outputs'],
      ['Versions', 'versions'],
      ['Testing', 'testing'],
      ['CommonJS, jest and NestJS', 'commonjs'],
      ['Observe: traces and audit', 'observe'],
    ],
  },
  {
    title: 'Deploy',
    entries: [
      ['Reverse proxies', 'deploy/reverse-proxies'],
      ['Docker', 'deploy/docker'],
      ['Vercel', 'deploy/vercel'],
      ['Cloudflare Workers', 'deploy/cloudflare'],
      ['AWS Lambda', 'deploy/lambda'],
      ['Several processes', 'scaling'],
    ],
  },
  {
    title: 'Migrate',
    entries: [
      ['From trpc-to-mcp', 'migrate/trpc-to-mcp'],
      ['From a hand-written server', 'migrate/hand-written-server'],
      ['From django-rest-framework-mcp', 'migrate/django-rest-framework-mcp'],
      ['Upgrade', 'upgrade'],
      ['Release notes of 0.1.0', 'releases/0.1.0'],
    ],
  },
  {
    title: 'Hosts',
    collapsed: true,
    entries: [
      ['Overview', 'hosts'],
      ['Express', 'hosts/express'],
      ['Fastify', 'hosts/fastify'],
      ['Node', 'hosts/node'],
      ['Next.js', 'hosts/next'],
      ['Hono', 'hosts/hono'],
      ['Fetch: Bun, Deno, Workers', 'hosts/fetch'],
      ['stdio', 'hosts/stdio'],
    ],
  },
  {
    title: 'Clients',
    collapsed: true,
    entries: [
      ['It does not connect', 'clients/not-connecting'],
      ['What each client takes', 'clients'],
      ['Claude Code', 'clients/claude-code'],
      ['Claude Desktop', 'clients/claude-desktop'],
      ['claude.ai', 'clients/claude-ai'],
      ['ChatGPT', 'clients/chatgpt'],
      ['Cursor', 'clients/cursor'],
      ['VS Code', 'clients/vscode'],
      ['Codex', 'clients/codex'],
      ['Gemini CLI', 'clients/gemini-cli'],
      ['mcp-remote', 'clients/mcp-remote'],
      ['MCP Inspector', 'clients/inspector'],
      ['AI SDK', 'clients/ai-sdk'],
      ['LangChain', 'clients/langchain'],
      ['OpenAI Agents', 'clients/openai-agents'],
      ['Mastra', 'clients/mastra'],
      ['mcporter', 'clients/mcporter'],
    ],
  },
  {
    title: 'Tools',
    entries: [
      ['Command line', 'cli'],
      ['init: add it to an app', 'init'],
      ['connect: set up a client', 'connect'],
      ['lint: check the tools', 'lint'],
      ['export: write the tools to a file', 'export'],
      ['Inspector', 'inspector'],
    ],
  },
  {
    title: 'Reference',
    entries: [
      ['Options', 'reference/options'],
      ['meta.mcp', 'reference/meta'],
      ['Set-up problems', 'setup-problems'],
      ['Wire format', 'wire-format'],
      ['Conformance', 'reference/conformance'],
      // Made by site/api.ts.
      ['API', 'api/index'],
    ],
  },
  {
    title: 'Why',
    entries: [
      ['Architecture', 'why/architecture'],
      ['Benchmarks', 'why/benchmarks'],
      ['Security', 'security'],
      ['Comparison', 'why/comparison'],
    ],
  },
];
