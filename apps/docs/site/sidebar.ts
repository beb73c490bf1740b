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
      [
        'Five minutes on Express',
        'start',
        'quick start getting started install tutorial first call begin new project hello world',
      ],
      ['Add to an existing app', 'add-to-app', 'existing project integrate set up install add bridge mount'],
    ],
  },
  {
    title: 'Guides',
    entries: [
      [
        'Tag and describe tools',
        'tools',
        'expose describe description tag hide hidden visible invisible roles viewers admins permissions name naming annotations',
      ],
      [
        'Auth',
        'auth',
        'login sign in authentication authorization bearer token API key password session cookie 401 unauthorized roles',
      ],
      [
        'OAuth from your own login',
        'own-oauth',
        'authorization server of our own oauthServer oidc-provider login page consent page returnTo refresh token PKCE register clients metadata document CIMD connections revoke client credentials machine enterprise ID-JAG signing keys rotate',
      ],
      [
        'OAuth with an identity provider',
        'oauth',
        'authorization server Auth0 Keycloak Okta Clerk identity provider JWT access token introspection scopes resource metadata dynamic client registration',
      ],
      [
        'Changes and consent',
        'changes',
        'confirm confirmation ask before delete destructive dangerous approve undo dry run idempotency key retry twice rate limit throttle how often too many requests',
      ],
      [
        'Results and budgets',
        'results',
        'budget long list too long large result output answer truncated cut off limit tokens pagination page cursor maxTokens fields shorten',
      ],
      [
        'Big apps',
        'big-apps',
        'many tools hundreds of procedures too many tools context window token cost tool search discovery toolsets readonly',
      ],
      [
        'Code mode',
        'code-mode',
        'run_code search_api JavaScript TypeScript declarations sandbox QuickJS WebAssembly code execution programmatic tool calling fewer tokens fewer calls loops join sum cloudflare code mode',
      ],
      ['Existing apps', 'existing-apps', 'bridge large router afternoon step by step'],
      ['Files', 'files', 'upload download attachment PDF image picture binary base64 blob FormData bytes'],
      ['Resources', 'resources', 'read data URI template attach subscribe asTools clients without resources'],
      ['Prompts', 'prompts', 'slash command template message get_prompt'],
      [
        'Skills',
        'skills',
        'SKILL.md agent skills instructions playbook workflow how to use several tools together folder of markdown frontmatter readSkills SEP-2640 skill://',
      ],
      [
        'A chat page in your app',
        'chat',
        'chatbot conversational agent in app assistant AI SDK useChat streamText UI message stream React own chat copilot OpenAI-compatible Ollama model consent approval table chart',
      ],
      [
        'Long work',
        'streaming',
        'slow long running job progress cancel abort timeout time limit stream generator yield subscription',
      ],
      [
        'Tasks',
        'tasks',
        'minutes hours background job queue BullMQ worker poll polling later asynchronous report export import timed out client gave up',
      ],
      ['Questions to the user', 'questions', 'elicitation ask the person user form input missing value URL'],
      ['Your own tools', 'own-tools', 'without a procedure custom handwritten additional tool'],
      [
        'Agents in your own app',
        'in-process',
        'in process agent chat AI SDK Vercel aiTools generateText streamText useChat OpenAI Anthropic LangChain needsApproval approval createToolCaller assistant',
      ],
      ['Pages in the chat', 'apps', 'MCP Apps widget chart UI HTML iframe page'],
      ['Errors', 'errors', 'error message masked TRPCError onError code hide details stack trace reference'],
      ['Titles, icons and hints', 'metadata', 'icons title headers traceparent _meta annotations'],
      ['Output schemas', 'outputs', 'outputSchema return type inferred structured content'],
      [
        'Versions',
        'versions',
        'rename renamed break breaking agents old name alias deprecate remove compatibility v1 v2 lock file',
      ],
      ['Testing', 'testing', 'unit test vitest jest mock test client CI compare access'],
      [
        'Evals',
        'evals',
        'eval evaluate model prompt agent record replay stale regression description quality tokens compare models benchmark LLM test JUnit',
      ],
      [
        'CommonJS, jest and NestJS',
        'commonjs',
        'require ERR_REQUIRE_ESM import statement outside a module cjs ts-node NestJS nest moduleResolution TS1479 TS2307',
      ],
      [
        'Observe: traces and audit',
        'observe',
        'monitoring logging log audit who called what tracing spans metrics OpenTelemetry Datadog Grafana Sentry history',
      ],
      [
        'Around every call',
        'on-call',
        'onCall hook interceptor middleware for all calls before after every tool call redact redaction secrets mask PII personal data quota plan billing usage next',
      ],
    ],
  },
  {
    title: 'Deploy',
    entries: [
      [
        'Reverse proxies',
        'deploy/reverse-proxies',
        'nginx Caddy Traefik Apache 403 forbidden allowedHosts host header buffering SSE 502 504 gateway TLS',
      ],
      ['Docker', 'deploy/docker', 'container image Dockerfile compose Kubernetes health check'],
      ['Vercel', 'deploy/vercel', 'serverless function Next.js hosting'],
      ['Cloudflare Workers', 'deploy/cloudflare', 'Workers wrangler edge Durable Objects'],
      ['AWS Lambda', 'deploy/lambda', 'AWS serverless API Gateway function URL'],
      [
        'Several processes',
        'scaling',
        'several processes instances replicas horizontal cluster sentinel failover load balancer Redis store sticky sessions machines nodes',
      ],
    ],
  },
  {
    title: 'Migrate',
    entries: [
      ['From trpc-to-mcp', 'migrate/trpc-to-mcp', 'replace switch move'],
      [
        'From a hand-written server',
        'migrate/hand-written-server',
        'replace McpServer registerTool SDK switch move',
      ],
      [
        'From django-rest-framework-mcp',
        'migrate/django-rest-framework-mcp',
        'Python Django DRF viewset decorator is_mcp_request RETURN_200_FOR_ERRORS',
      ],
      ['Upgrade', 'upgrade', 'new release changelog breaking changes update version bump migrate'],
      ['Release 0.1.0', 'releases/0.1.0', 'release notes changelog what is new first release'],
    ],
  },
  {
    title: 'Hosts',
    collapsed: true,
    entries: [
      ['Overview', 'hosts', 'adapter server framework which'],
      ['Express', 'hosts/express', 'Express app.use middleware body parser'],
      ['Fastify', 'hosts/fastify', 'Fastify plugin register'],
      ['Node', 'hosts/node', 'node http createServer HTTP/2'],
      ['Next.js', 'hosts/next', 'Next.js app router pages router route handler route.ts'],
      ['Hono', 'hosts/hono', 'Hono app.all'],
      ['Fetch: Bun, Deno, Workers', 'hosts/fetch', 'Bun Deno Request Response edge runtime'],
      ['stdio', 'hosts/stdio', 'standard input output local process command claude desktop'],
    ],
  },
  {
    title: 'Clients',
    collapsed: true,
    entries: [
      [
        'It does not connect',
        'clients/not-connecting',
        "cannot connect can't connect connection failed refused does not connect not working troubleshooting problem 401 403 404 406 Not Acceptable curl debug help",
      ],
      ['What each client takes', 'clients', 'compatibility limits schema support which clients'],
      ['Claude Code', 'clients/claude-code', 'Anthropic terminal claude mcp add'],
      ['Claude Desktop', 'clients/claude-desktop', 'Anthropic desktop app claude_desktop_config.json'],
      ['claude.ai', 'clients/claude-ai', 'Anthropic web custom connector'],
      ['ChatGPT', 'clients/chatgpt', 'OpenAI connector developer mode apps'],
      ['Cursor', 'clients/cursor', 'editor mcp.json'],
      ['VS Code', 'clients/vscode', 'Visual Studio Code Copilot mcp.json'],
      ['Codex', 'clients/codex', 'OpenAI CLI config.toml'],
      ['Gemini CLI', 'clients/gemini-cli', 'Google settings.json'],
      ['mcp-remote', 'clients/mcp-remote', 'bridge stdio to HTTP proxy'],
      ['MCP Inspector', 'clients/inspector', 'official debug browser tool'],
      ['AI SDK', 'clients/ai-sdk', 'Vercel AI SDK generateText createMCPClient'],
      ['LangChain', 'clients/langchain', 'LangChain LangGraph MultiServerMCPClient adapters'],
      ['OpenAI Agents', 'clients/openai-agents', 'OpenAI Agents SDK'],
      ['Mastra', 'clients/mastra', 'Mastra MCPClient'],
      ['mcporter', 'clients/mcporter', 'mcporter command line'],
    ],
  },
  {
    title: 'Tools',
    entries: [
      ['Command line', 'cli', 'command line npx trpc-mcp list call'],
      ['init: add it to an app', 'init', 'npx add install code change automatically'],
      [
        'connect: set up a client',
        'connect',
        'npx configure client write configuration install in Cursor Claude',
      ],
      [
        'Server Card and AI catalog',
        'discovery-card',
        'discovery well-known ai-catalog.json server-card SEP-2127 find the endpoint from the domain before login publish reverse DNS name',
      ],
      ['lint: check the tools', 'lint', 'check rules lock file review descriptions quality'],
      ['export: write the tools to a file', 'export', 'server.json OpenAPI manifest file list'],
      ['Inspector', 'inspector', 'browser page try tools UI playground'],
    ],
  },
  {
    title: 'Reference',
    entries: [
      ['Options', 'reference/options', 'mcpHandler options settings configuration default'],
      ['meta.mcp', 'reference/meta', 'meta.mcp settings of a procedure'],
      [
        'Set-up problems',
        'setup-problems',
        'SetupError error code at startup mount NAME_CLASH what does it mean fix cause duplicate name',
      ],
      [
        'Wire format',
        'wire-format',
        'Date dates bigint Map Set superjson JSON Schema types serialize ISO 8601 decimal',
      ],
      ['Conformance', 'reference/conformance', 'official suite specification compliance protocol revision'],
      // Made by site/api.ts.
      ['API', 'api/index', 'TypeDoc types functions'],
    ],
  },
  {
    title: 'Why',
    entries: [
      ['Architecture', 'why/architecture', 'how it works internals design request'],
      [
        'Benchmarks',
        'why/benchmarks',
        'performance speed fast faster slow latency throughput requests per second memory',
      ],
      ['Security', 'security', 'attack threat vulnerability prompt injection CSRF DNS rebinding report'],
      [
        'Comparison',
        'why/comparison',
        'alternatives versus FastMCP fastapi_mcp mcp-nest mcp-handler trpc-to-mcp',
      ],
    ],
  },
];
