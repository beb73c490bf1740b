import type { SetupProblemCode } from '../../src/index.ts';
import type { imports } from './setup-imports.ts';

/**
 * One mistake for each code, which a test makes and docs/setup-problems.md shows. Types forbid many of these mistakes, so
 * they are off here: apps meet the problems where they write JavaScript, or read a value from elsewhere.
 */
export const createSetupExamples = ({
  lazy,
  aiCatalogHandler,
  bearer,
  bypassable,
  introspection,
  jwt,
  mcpHandler,
  readSkills,
  fetchHandler,
  z,
  t,
  router,
}: // eslint-disable-next-line typescript/no-explicit-any
Record<keyof typeof imports, any>): Record<SetupProblemCode, () => unknown> => ({
  ALGORITHM_INVALID: () =>
    jwt({
      issuer: 'https://login.example.com',
      jwksUri: 'https://login.example.com/jwks',
      algorithms: ['HS256'],
    }),
  APP_MISSING: () =>
    mcpHandler(
      t.router({
        sales: t.procedure
          .meta({ mcp: { _meta: { ui: { resourceUri: 'ui://sales' } } } })
          .query(() => ({ total: 12_500 })),
      }),
    ),
  ARGUMENT_CLASH: () =>
    mcpHandler(
      t.router({
        find: t.procedure
          .meta({ mcp: true })
          .input(z.object({ 'tags[]': z.string(), tags__: z.string() }))
          .query(() => []),
      }),
    ),
  ARGUMENT_MISSING: () =>
    mcpHandler(
      t.router({
        find: t.procedure
          .input(z.object({ id: z.string(), year: z.int() }))
          .output(z.object({ name: z.string() }))
          .query(() => ({ name: 'Ada' })),
        close: t.procedure
          .meta({ mcp: { confirm: { question: 'Close {name}?', with: 'find' } } })
          .input(z.object({ id: z.string() }))
          .mutation(() => 'closed'),
      }),
    ),
  ARGUMENT_UNKNOWN: () =>
    mcpHandler(
      t.router({
        cities: t.procedure.input(z.object({ value: z.string() })).query(() => ['Oslo']),
        greet: t.procedure
          .meta({ mcp: { prompt: true, complete: { town: 'cities' } } })
          .input(z.object({ city: z.string() }))
          .query(() => 'Say hello.'),
      }),
    ),
  AUTHORIZATION_SERVER_INVALID: () =>
    bearer({ verify: () => null, resource: 'https://app.example.com/mcp', authorizationServers: [] }),
  BUDGET_EXCEEDED: () => mcpHandler(router, { budget: { listTokens: 1 } }),
  BYPASS_UNUSED: () =>
    mcpHandler(router, { bypass: { permissions: true }, auth: { required: true, authenticate: () => null } }),
  BYPASS_WITHOUT_AUTH: () =>
    mcpHandler(
      t.router({
        me: t.procedure
          .use(bypassable('permissions', ({ next }: { next: () => unknown }) => next()))
          .meta({ mcp: true })
          .query(() => 'Ada'),
      }),
      { bypass: { permissions: true } },
    ),
  CACHE_INVALID: () =>
    introspection({ endpoint: 'https://login.example.com/introspect', clientId: 'mcp', cacheMs: -1 }),
  CARD_INVALID: () =>
    mcpHandler(router, {
      server: { name: 'notes', version: '1.0.0', description: 'Reads and writes notes.' },
      card: { url: 'https://app.example.com/mcp' },
    }),
  CARD_MISSING: () => aiCatalogHandler(mcpHandler(router)),
  CATALOG_INVALID: () => aiCatalogHandler([], { entries: [{ identifier: 'urn:air:example.com:mcp:notes' }] }),
  CHALLENGE_INVALID: () =>
    mcpHandler(router, {
      auth: { required: true, authenticate: () => null, challenge: 'Bearer realm="Büro"' },
    }),
  CLIENT_ID_MISSING: () => introspection({ endpoint: 'https://login.example.com/introspect', clientId: '' }),
  CODEC_MISSING: () => {
    class Money {
      cents = 0;
    }
    mcpHandler(
      t.router({
        pay: t.procedure
          .meta({ mcp: true })
          .input(z.object({ amount: z.instanceof(Money) }))
          .mutation(() => 'paid'),
      }),
    );
  },
  COMPLETE_UNUSED: () =>
    mcpHandler(
      t.router({
        cities: t.procedure.input(z.object({ value: z.string() })).query(() => ['Oslo']),
        weather: t.procedure
          .meta({ mcp: { complete: { city: 'cities' } } })
          .input(z.object({ city: z.string() }))
          .query(() => 'rain'),
      }),
    ),
  CONFIRM_UNKNOWN: () =>
    mcpHandler(
      t.router({
        close: t.procedure
          .meta({ mcp: { confirm: 'Close the account of {name}?' } })
          .input(z.object({ id: z.string() }))
          .mutation(() => 'closed'),
      }),
    ),
  CONFIRM_UNUSED: () =>
    mcpHandler(
      t.router({
        rules: t.procedure
          .meta({ mcp: { confirm: true, resource: { uri: 'docs://rules' } } })
          .query(() => 'Be kind.'),
      }),
    ),
  CONTEXT_MISSING: () => mcpHandler(router, { createContext: 'src/context.ts' }),
  CONVERTER_MISSING: () =>
    mcpHandler(
      t.router({
        greet: t.procedure
          .meta({ mcp: true })
          .input((value: unknown) => String(value))
          .query(() => 'Hi'),
      }),
    ),
  CORS_CREDENTIALS: () => mcpHandler(router, { cors: { origins: true, credentials: true } }),
  CORS_INVALID: () => mcpHandler(router, { cors: { origins: [] } }),
  ENDPOINT_INVALID: () => introspection({ endpoint: '/introspect', clientId: 'mcp' }),
  EXPERIMENTAL_CALLER: () =>
    mcpHandler(
      t.router({
        act: t.procedure
          .experimental_caller(({ args }: { args: unknown[] }) => args)
          .meta({ mcp: true })
          .mutation(() => 'done'),
      }),
    ),
  EXPOSES_NOTHING: () =>
    mcpHandler(t.router({ ping: t.procedure.meta({ mcp: { tool: false } }).query(() => 'pong') })),
  FAILURE_LIMIT_INVALID: () =>
    mcpHandler(router, {
      auth: { required: true, authenticate: () => null, failureLimit: { max: 0, windowMs: 60_000 } },
    }),
  FAILURE_LIMIT_WITHOUT_ADDRESS: () =>
    fetchHandler(router, {
      auth: { required: true, authenticate: () => null, failureLimit: { max: 20, windowMs: 60_000 } },
    }),
  HEADER_INVALID: () =>
    mcpHandler(
      t.router({
        orders: t.procedure
          .meta({ mcp: true })
          .input(z.object({ region: z.string().meta({ 'x-mcp-header': 'my region' }) }))
          .query(() => []),
      }),
    ),
  INPUTS_CONTRADICT: () =>
    mcpHandler(
      t.router({
        find: t.procedure
          .meta({ mcp: true })
          .input(z.object({ id: z.string() }))
          .input(z.object({ id: z.number() }))
          .query(() => 'found'),
      }),
    ),
  ISSUER_MISSING: () => jwt({ issuer: '', jwksUri: 'https://login.example.com/jwks' }),
  JWKS_INVALID: () => jwt({ issuer: 'https://login.example.com', jwks: { keys: [] } }),
  JWKS_MISSING: () => jwt({ issuer: 'https://login.example.com' }),
  JWKS_URI_INVALID: () => jwt({ issuer: 'https://login.example.com', jwksUri: '/jwks' }),
  LAZY_FAILED: () =>
    mcpHandler(t.router({ notes: lazy(() => Promise.reject(new Error('no module notes.ts'))) })).ready(),
  LIMIT_INVALID: () =>
    mcpHandler(t.router({ ping: t.procedure.meta({ mcp: { timeoutMs: 0 } }).query(() => 'pong') })),
  LIST_UNUSED: () =>
    mcpHandler(
      t.router({
        all: t.procedure.query(() => []),
        rules: t.procedure
          .meta({ mcp: { resource: { uri: 'docs://rules', list: 'all' } } })
          .query(() => 'Be kind.'),
      }),
    ),
  MAX_TOKEN_LENGTH_INVALID: () =>
    bearer({
      verify: () => null,
      resource: 'https://app.example.com/mcp',
      authorizationServers: ['https://login.example.com'],
      maxTokenLength: 0,
    }),
  META_UNKNOWN: () =>
    mcpHandler(
      t.router({ ping: t.procedure.meta({ mcp: { desription: 'Says pong.' } }).query(() => 'pong') }),
    ),
  NAME_CLASH: () =>
    mcpHandler(
      t.router({
        users: t.router({ get: t.procedure.meta({ mcp: true }).query(() => 'Ada') }),
        users_get: t.procedure.meta({ mcp: true }).query(() => 'Ada'),
      }),
    ),
  NAME_ILLEGAL: () =>
    mcpHandler(t.router({ ping: t.procedure.meta({ mcp: { name: 'say ping' } }).query(() => 'pong') })),
  NAME_TOO_LONG: () =>
    mcpHandler(
      t.router({ ping: t.procedure.meta({ mcp: { name: 'ping'.repeat(20) } }).query(() => 'pong') }),
    ),
  NOT_A_MUTATION: () =>
    mcpHandler(t.router({ ping: t.procedure.meta({ mcp: { idempotent: true } }).query(() => 'pong') })),
  NOT_A_QUERY: () =>
    mcpHandler(t.router({ greet: t.procedure.meta({ mcp: { prompt: true } }).mutation(() => 'Say hello.') })),
  OPTION_INVALID: () => mcpHandler(router, { allowedHosts: 'app.example.com' }),
  OPTION_UNKNOWN: () => mcpHandler(router, { timeout: 30_000 }),
  ORIGIN_INVALID: () => mcpHandler(router, { allowedOrigins: ['app.example.com'] }),
  OUTPUTS_INVALID: () => mcpHandler(router, { outputs: { version: 0, procedures: {} } }),
  PATH_UNKNOWN: () =>
    mcpHandler(t.router({ save: t.procedure.meta({ mcp: { dryRun: 'preview' } }).mutation(() => 'saved') })),
  PATTERN_UNMATCHED: () => mcpHandler(router, { expose: { include: ['pong'] } }),
  RESOURCE_INVALID: () =>
    bearer({
      verify: () => null,
      resource: '/mcp',
      authorizationServers: ['https://login.example.com'],
    }),
  ROUTER_INVALID: () => mcpHandler({ ping: () => 'pong' }),
  ROUTER_OUTDATED: () => mcpHandler({ _def: { router: true, procedures: {}, queries: {}, mutations: {} } }),
  SCHEMA_FAILED: () => {
    const broken = {
      '~standard': {
        version: 1,
        vendor: 'own',
        validate: (value: unknown) => ({ value }),
        get jsonSchema() {
          throw new Error('not finished');
        },
      },
    };
    mcpHandler(
      t.router({
        find: t.procedure
          .meta({ mcp: true })
          .input(broken)
          .query(() => []),
      }),
    );
  },
  SCHEMA_INVALID: () => {
    const input = { type: 'object', properties: { size: { type: 'number', exclusiveMinimum: true } } };
    mcpHandler(
      t.router({
        find: t.procedure
          .meta({ mcp: { input } })
          .input(z.any())
          .query(() => []),
      }),
    );
  },
  SCHEMA_REFUSED: () => {
    const input = { type: 'object', properties: { id: { type: 'string', pattern: '^(?=a)' } } };
    mcpHandler(
      t.router({
        find: t.procedure
          .meta({ mcp: { input } })
          .input(z.any())
          .query(() => []),
      }),
    );
  },
  SCHEMA_UNSUPPORTED: () =>
    mcpHandler(
      t.router({
        find: t.procedure
          .meta({ mcp: true })
          .input(z.object({ key: z.symbol() }))
          .query(() => []),
      }),
    ),
  SCOPES_WITHOUT_AUTH: () =>
    mcpHandler(t.router({ ping: t.procedure.meta({ mcp: { scopes: ['read'] } }).query(() => 'pong') })),
  SCOPE_INVALID: () =>
    bearer({
      verify: () => null,
      resource: 'https://app.example.com/mcp',
      authorizationServers: ['https://login.example.com'],
      requiredScopes: ['read write'],
    }),
  SECRET_MISSING: () => mcpHandler(router, { bus: { publish: () => {}, subscribe: () => () => {} } }),
  SECRET_SHORT: () => mcpHandler(router, { secret: 'hush' }),
  SKILLS_UNREADABLE: () => readSkills('./skils'),
  SKILL_INVALID: () => mcpHandler(router, { skills: { 'refunds/README.md': '# Refunds' } }),
  TAG_INVALID: () => mcpHandler(router, { tag: async () => true }),
  TASK_HOST: () => {
    const slow = t.procedure.meta({ mcp: { task: true } }).query(() => 'done');
    // AWS Lambda sets this variable.
    process.env['AWS_LAMBDA_FUNCTION_NAME'] = 'api';
    try {
      mcpHandler(t.router({ slow }));
    } finally {
      delete process.env['AWS_LAMBDA_FUNCTION_NAME'];
    }
  },
  TASK_QUEUE: () => mcpHandler(router, { tasks: { run: async () => {} } }),
  TOKEN_TYPE_INVALID: () =>
    jwt({ issuer: 'https://login.example.com', jwksUri: 'https://login.example.com/jwks', types: [] }),
  TOOL_FAILED: () =>
    mcpHandler(router, {
      toolName() {
        throw new Error('not finished');
      },
    }),
  URI_CLASH: () =>
    mcpHandler(
      t.router({
        all: t.procedure.meta({ mcp: { resource: { uri: 'customers://all' } } }).query(() => []),
        one: t.procedure
          .meta({ mcp: { resource: { uri: 'customers://{id}' } } })
          .input(z.object({ id: z.string() }))
          .query(() => 'Ada'),
      }),
    ),
  URI_INVALID: () =>
    mcpHandler(
      t.router({ rules: t.procedure.meta({ mcp: { resource: { uri: 'rules.md' } } }).query(() => '') }),
    ),
  URI_VARIABLE_LIST: () =>
    mcpHandler(
      t.router({
        tagged: t.procedure
          .meta({ mcp: { resource: { uri: 'notes://{tag*}' } } })
          .input(z.object({ tag: z.string() }))
          .query(() => []),
      }),
    ),
  URI_VARIABLE_MISSING: () =>
    mcpHandler(
      t.router({
        note: t.procedure
          .meta({ mcp: { resource: { uri: 'notes://{id}' } } })
          .input(z.object({ id: z.string(), language: z.string() }))
          .query(() => ''),
      }),
    ),
  URI_VARIABLE_UNKNOWN: () =>
    mcpHandler(
      t.router({
        note: t.procedure
          .meta({ mcp: { resource: { uri: 'notes://{noteId}' } } })
          .input(z.object({ id: z.string() }))
          .query(() => ''),
      }),
    ),
});
