import { describe, expect, test } from 'vitest';
import { type ClientTool, type LintListing, type LintOptions, lintRules, lintTools } from '../clients.ts';

type Properties = Record<string, object | boolean>;

/** A tool that no rule finds anything in, with what a test changes. */
function toTool(
  name: string,
  change: Partial<ClientTool> & { input?: Properties; required?: string[] } = {},
): ClientTool {
  const { input = {}, required, ...more } = change;
  return {
    name,
    description: `Does what somebody expects of ${name} in this test, and nothing besides.`,
    inputSchema: {
      type: 'object',
      properties: input,
      ...(required && { required }),
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true },
    ...more,
  };
}

const described = (text: string | undefined, more: Partial<ClientTool> = {}): ClientTool => {
  const { description: _, ...tool } = toTool('customers_get', more);
  return text === undefined ? tool : { ...tool, description: text };
};

const mutation = { readOnlyHint: false, destructiveHint: true };
const rows = (properties: Properties): object => ({ type: 'array', items: { type: 'object', properties } });
const page = (key: string, properties: Properties): object => ({
  type: 'object',
  properties: { [key]: rows(properties), total: { type: 'integer' } },
});
const returns = (outputSchema: object): Partial<ClientTool> => ({
  outputSchema: outputSchema as Record<string, unknown>,
});
const text = { type: 'string' };
const number = { type: 'number' };
const integer = { type: 'integer' };

/** The codes that are found, without what clients do not take, each with its tool and place. */
function lint(tools: ClientTool[], more: Partial<LintListing> = {}, options?: LintOptions): string[] {
  return lintTools({ tools, ...more }, options)
    .filter(({ code }) => !code.includes('/'))
    .map(({ code, tool, place }) => [code, tool, place].filter((each) => each !== undefined).join(' '));
}

/** Lists of tools, by what they show. */
type Cases = Record<string, ClientTool[]>;

function cases(code: string, { found, fine }: { found: Cases; fine: Cases }): void {
  describe(code, () => {
    test.each(Object.entries(found))('is found: %s', (_, tools) => {
      expect(lint(tools).map((line) => line.split(' ')[0])).toContain(code);
    });
    test.each(Object.entries(fine))('is not found: %s', (_, tools) => {
      expect(lint(tools).filter((line) => line.startsWith(`${code} `))).toEqual([]);
    });
  });
}

cases('description-missing', {
  found: {
    'none at all': [described(undefined)],
    'an empty one': [described('')],
    'only spaces and signs': [described(' … -\n ')],
    'only what this package adds': [described('Needs the scopes: customers:read, customers:write.')],
  },
  fine: { 'a sentence': [described('Returns one customer with plan and trial.')] },
});

cases('description-made-up', {
  found: {
    'that of a query': [
      described('Calls the query "customers.get" of this app. It reads data and changes nothing.'),
    ],
    'that of a mutation': [described('Calls the mutation "a" of this app. It may change data.')],
    'that of a subscription': [
      described(
        'Calls the subscription "on.new" of this app. It waits for what happens and tells it.\n\nIt collects at most 100 items, for at most 20 seconds.',
      ),
    ],
    'with scopes after it': [
      described('Calls the mutation "a.b" of this app. It may change data.\n\nNeeds the scopes: a:write.'),
    ],
  },
  fine: {
    'words that begin in the same way': [
      described('Calls the query service of the bank, and returns its answer.'),
    ],
  },
});

cases('description-says-nothing', {
  found: {
    'the name in other words': [described('Gets the customer.')],
    'a synonym of the verb': [described('Fetches a customer')],
    'the name as it is': [described('customers_get')],
    'the name, and what it is sent': [described('Get a customer by ID')],
    'the title': [described('Loads one specific client', { title: 'Client loading' })],
    'in capitals': [described('GET CUSTOMER')],
    todo: [described('TODO')],
    'todo, with more': [described('TODO: describe this tool properly before the release')],
    'todo in lower case': [described('todo: write this')],
    'lorem ipsum': [described('Lorem ipsum dolor sit amet, consectetur adipiscing elit.')],
    test: [described('test')],
    'tests and dots': [described('Test...')],
    'a word that is not there yet': [described('Coming soon')],
    'no description': [described('No description available')],
    'one word': [described('Whatever')],
    'that it does something': [described('Handles customers'), toTool('a_b', { description: 'Does stuff' })],
    'the scopes do not count': [described('Gets the customer.\n\nNeeds the scopes: customers:read.')],
  },
  fine: {
    'what comes back': [described('Returns one customer with plan, trial and account status.')],
    'whom it refuses': [described('Gets a customer. Staff only.')],
    'the todo lists of somebody': [
      toTool('lists_get', { description: 'Todo lists of one team, the newest first' }),
    ],
    'todo items': [toTool('items_get', { description: 'Returns the open TODO items of a project' })],
    'a language without spaces': [described('返回一个客户的套餐和试用期')],
    'a language with accents': [described('Liefert einen Kunden mit Tarif und Probezeit.')],
    'two things': [toTool('notes_add', { description: 'Adds a note and returns it.' })],
    'a test that is a thing': [
      toTool('experiments_get', { description: 'Returns the A/B tests that run today.' }),
    ],
  },
});

cases('description-repeated', {
  found: {
    'two tools': [
      toTool('users_invite', { description: 'Manages the people of a team.' }),
      toTool('users_block', { description: 'Manages the people of a team' }),
    ],
    'but for the scopes': [
      toTool('users_invite', { description: 'Manages the people of a team.' }),
      toTool('users_block', {
        description: 'Manages the people of a team.\n\nNeeds the scopes: users:write.',
      }),
    ],
  },
  fine: {
    'made-up ones': [
      described('Calls the query "a" of this app. It reads data and changes nothing.', { name: 'a' }),
      described('Calls the query "a" of this app. It reads data and changes nothing.', { name: 'b' }),
    ],
    'missing ones': [described(undefined, { name: 'a1' }), described(undefined, { name: 'b1' })],
  },
});

cases('argument-undescribed', {
  found: {
    'a word that says nothing': [toTool('a', { input: { value: text } })],
    'with a number': [toTool('a', { input: { arg1: text } })],
    'two such words': [toTool('a', { input: { inputData: text } })],
    'an abbreviation': [toTool('a', { input: { qty: integer } })],
    'a letter': [toTool('a', { input: { n: integer } })],
    'a number without a unit': [toTool('a', { input: { timeout: number } })],
    'inside of an object': [
      toTool('a', { input: { filter: { type: 'object', properties: { val: text } } } }),
    ],
    'inside of a list': [
      toTool('a', {
        input: { rules: { type: 'array', items: { type: 'object', properties: { val: text } } } },
      }),
    ],
    'inside of a union': [
      toTool('a', {
        input: { by: { anyOf: [{ type: 'object', properties: { val: text } }, { type: 'null' }] } },
      }),
    ],
    'behind a reference': [
      toTool('a', {
        inputSchema: {
          type: 'object',
          properties: { by: { $ref: '#/$defs/By' } },
          $defs: { By: { type: 'object', properties: { val: text } } },
        },
      }),
    ],
    'with an empty description': [toTool('a', { input: { value: { ...text, description: ' ' } } })],
  },
  fine: {
    described: [toTool('a', { input: { value: { ...text, description: 'The text to look for' } } })],
    'a name that says it': [
      toTool('a', { input: { email: text, customerId: text, q: text, limit: integer, url: text } }),
    ],
    'values that say it': [
      toTool('a', { input: { mode: { enum: ['fast', 'safe'] }, flag: { const: true } } }),
    ],
    'a form that says it': [toTool('a', { input: { value: { ...text, format: 'email' } } })],
    'fields that say it': [toTool('a', { input: { data: { type: 'object', properties: { name: text } } } })],
    'a unit in the name': [toTool('a', { input: { timeoutMs: number, amountCents: integer } })],
    'an input that is no object': [toTool('a', { input: { input: text } })],
    'described behind a reference': [
      toTool('a', {
        inputSchema: {
          type: 'object',
          properties: { value: { $ref: '#/$defs/Value' } },
          $defs: { Value: { type: 'string', description: 'The text to look for' } },
        },
      }),
    ],
  },
});

cases('argument-says-nothing', {
  found: {
    todo: [toTool('a', { input: { email: { ...text, description: 'TODO' } } })],
    'the name, which says little': [toTool('a', { input: { value: { ...text, description: 'The value' } } })],
    'in an object': [
      toTool('a', {
        input: { where: { type: 'object', properties: { val: { ...text, description: 'val' } } } },
      }),
    ],
  },
  fine: {
    'the name, which says enough': [toTool('a', { input: { email: { ...text, description: 'The email' } } })],
    'more than the name': [toTool('a', { input: { plan: { ...text, description: 'New plan' } } })],
  },
});

const orderId = { input: { orderId: text }, required: ['orderId'] };
const noIds = toTool('orders_count', returns({ type: 'object', properties: { count: integer } }));
const cancel = toTool('orders_cancel', {
  ...orderId,
  ...returns({ type: 'object', properties: { id: text } }),
});

cases('id-unknown', {
  found: {
    'no tool returns orders': [cancel, noIds],
    'only tools that need the id return it': [
      cancel,
      toTool('orders_get', { ...orderId, ...returns({ type: 'object', properties: { id: text } }) }),
    ],
    'with an underscore': [
      toTool('orders_cancel', { input: { order_id: text }, required: ['order_id'] }),
      noIds,
    ],
    'several ids': [
      toTool('orders_cancel', {
        input: { orderIds: { type: 'array', items: text } },
        required: ['orderIds'],
      }),
      noIds,
    ],
    'a UUID': [toTool('orders_cancel', { input: { orderUuid: text }, required: ['orderUuid'] }), noIds],
    'a bare id': [
      toTool('orders_get', { input: { id: text }, required: ['id'], ...returns({ type: 'string' }) }),
      noIds,
    ],
    'a bare id, verb first': [
      toTool('cancelOrder', { input: { ID: text }, required: ['ID'], ...returns(text) }),
      noIds,
    ],
    'inside of an object': [
      toTool('invoices_pay', {
        input: { order: { type: 'object', properties: { id: text }, required: ['id'] } },
        required: ['order'],
      }),
      noIds,
    ],
    'in a filter': [
      toTool('orders_one', {
        input: { where: { type: 'object', properties: { id: text }, required: ['id'] } },
        required: ['where'],
      }),
      noIds,
    ],
    'a list whose rows have no id': [cancel, toTool('orders_list', returns(rows({ name: text })))],
  },
  fine: {
    'a list of rows with an id': [cancel, toTool('orders_list', returns(rows({ id: text })))],
    'a page of rows with an id': [cancel, toTool('orders_search', returns(page('items', { id: text })))],
    'the field of another tool': [
      cancel,
      toTool('customers_get', returns({ type: 'object', properties: { lastOrderId: text } })),
    ],
    'in another spelling': [cancel, toTool('customers_get', returns(page('rows', { order_id: text })))],
    'an object of that name': [
      cancel,
      toTool(
        'invoices_get',
        returns({ type: 'object', properties: { order: { type: 'object', properties: { id: text } } } }),
      ),
    ],
    'in a union': [
      cancel,
      toTool(
        'orders_next',
        returns({ anyOf: [{ type: 'object', properties: { id: text } }, { type: 'null' }] }),
      ),
    ],
    'behind a reference': [
      cancel,
      toTool(
        'orders_list',
        returns({
          type: 'array',
          items: { $ref: '#/$defs/O' },
          $defs: { O: { type: 'object', properties: { id: text } } },
        }),
      ),
    ],
    'a tool of which nobody knows what it returns': [cancel, toTool('customers_get')],
    'a tool that returns anything': [cancel, toTool('customers_get', returns({}))],
    'a description that says where from': [
      toTool('orders_cancel', {
        input: { orderId: { ...text, description: 'From the email to the customer' } },
        required: ['orderId'],
      }),
      noIds,
    ],
    'a description of a tool that returns it': [
      cancel,
      { ...noIds, description: 'Counts orders, and writes their ids into its text.' },
    ],
    'an optional id': [toTool('orders_find', { input: { orderId: text } }), noIds],
    'listed values': [
      toTool('plans_get', { input: { planId: { enum: ['a', 'b'] } }, required: ['planId'] }),
      noIds,
    ],
    'an id that the caller makes': [
      toTool('orders_create', {
        input: { id: text, requestId: text },
        required: ['id', 'requestId'],
        annotations: { readOnlyHint: false, destructiveHint: false },
      }),
      noIds,
    ],
    'a part that people play': [
      toTool('tasks_assign', { input: { assigneeId: text }, required: ['assigneeId'] }),
      toTool('members_list', { ...returns(rows({ id: text })), input: { limit: integer } }),
    ],
    'a word that ends in id': [
      toTool('bids_place', { input: { bid: number, paid: { type: 'boolean' } }, required: ['bid', 'paid'] }),
      noIds,
    ],
  },
});

cases('list-unlimited', {
  found: {
    'an array': [toTool('customers_recent', returns(rows({ name: text })))],
    'rows in an object': [toTool('customers_recent', returns(page('items', { name: text })))],
    'rows under their own name': [toTool('customers_recent', returns(page('customers', { name: text })))],
    'an array or null': [
      toTool('customers_recent', returns({ anyOf: [rows({ name: text }), { type: 'null' }] })),
    ],
    'behind a reference': [
      toTool('tags', returns({ $ref: '#/$defs/T', $defs: { T: { type: 'array', items: text } } })),
    ],
    texts: [toTool('tags', returns({ type: 'array', items: text }))],
    'with other arguments': [toTool('comments_of', { input: { postId: text }, ...returns(rows({ text })) })],
    'by its name': [toTool('customers_list')],
    'by its name, in one word': [toTool('getAllCustomers')],
    'by its name, as Prisma has it': [toTool('customers_findMany')],
  },
  fine: {
    'a limit': [toTool('customers_list', { input: { limit: integer } })],
    'a limit in an object': [
      toTool('customers_list', { input: { pagination: { type: 'object', properties: { size: integer } } } }),
    ],
    'a limit in a union': [
      toTool('customers_list', {
        input: { input: { anyOf: [{ type: 'object', properties: { pageSize: integer } }, text] } },
      }),
    ],
    'a cursor': [toTool('customers_list', { input: { next_cursor: text } })],
    'take and skip': [toTool('customers_list', { input: { take: integer, skip: integer } })],
    'a page': [toTool('customers_list', { input: { pageNumber: integer } })],
    'how much, by another name': [
      toTool('reports', { input: { spans: { ...integer, maximum: 52 } }, ...returns(rows({ n: number })) }),
    ],
    'a budget': [toTool('customers_list', { _meta: { 'anthropic/maxResultSizeChars': 4000 } })],
    'a budget with a cursor of its own': [toTool('customers_list', { input: { _cursor: text } })],
    'a length': [toTool('top', returns({ type: 'array', items: text, maxItems: 10 }))],
    'a pair': [toTool('bounds', returns({ type: 'array', prefixItems: [number, number] }))],
    'rows that are known': [toTool('plans_list', returns(rows({ id: { enum: ['a', 'b'] }, name: text })))],
    'values that are known': [toTool('roles_list', returns({ type: 'array', items: { enum: ['a', 'b'] } }))],
    'a number in the description': [
      toTool('customers_list', { description: 'Returns the 20 newest customers.' }),
    ],
    'one thing with lists inside': [
      toTool('posts_get', returns({ type: 'object', properties: { id: text, items: rows({ a: text }) } })),
    ],
    'sums by status': [
      toTool(
        'totals',
        returns({ type: 'object', properties: { sum: number, byStatus: rows({ n: number }) } }),
      ),
    ],
    'a mutation': [
      toTool('customers_import', {
        annotations: { readOnlyHint: false, destructiveHint: false },
        ...returns(rows({ a: text })),
      }),
    ],
    'one customer': [toTool('customers_get')],
    'one customer with what belongs to it': [
      toTool('customers_get', {
        input: { id: text },
        required: ['id'],
        ...returns(page('customers', { a: text })),
      }),
    ],
    'a list that is one thing': [toTool('mailing_list')],
  },
});

cases('destructive-unconfirmed', {
  found: {
    'by its name': [toTool('users_delete', { annotations: mutation })],
    'verb first': [toTool('removeUser', { annotations: mutation })],
    'in capitals': [toTool('DELETE_USER', { annotations: mutation })],
    'another verb': [toTool('cache_purge', { annotations: mutation })],
    'in the middle': [toTool('users_delete_all', { annotations: mutation })],
    'many at once': [toTool('users_bulkRemove', { annotations: mutation })],
    'without annotations': [toTool('users_destroy', { annotations: {} })],
    'by its annotations': [toTool('orders_close', { annotations: { ...mutation, idempotentHint: true } })],
  },
  fine: {
    'it asks': [
      toTool('users_delete', { annotations: mutation, _meta: { 'anthropic/requiresUserInteraction': true } }),
    ],
    'it can be tried': [
      toTool('users_delete', {
        annotations: mutation,
        input: { _dryRun: { type: 'boolean', description: 'true changes nothing' } },
      }),
    ],
    'nothing is lost': [
      toTool('tags_remove', { annotations: { readOnlyHint: false, destructiveHint: false } }),
    ],
    'it reads': [toTool('users_deleted'), toTool('dropoffs_list', { input: { limit: integer } })],
    'one that can be undone': [toTool('users_softDelete', { annotations: mutation })],
    'a word that begins like it': [toTool('deletions_plan', { annotations: { ...mutation } })],
  },
});

cases('mutation-unannotated', {
  found: {
    'the annotations of every mutation': [toTool('posts_publish', { annotations: mutation })],
    'no annotations': [toTool('posts_publish', { annotations: {} })],
    'only that it is no query': [toTool('posts_publish', { annotations: { readOnlyHint: false } })],
  },
  fine: {
    'a query': [toTool('posts_get')],
    'it asks': [
      toTool('posts_publish', {
        annotations: mutation,
        _meta: { 'anthropic/requiresUserInteraction': true },
      }),
    ],
    'annotations of its own': [
      toTool('posts_publish', { annotations: { readOnlyHint: false, destructiveHint: false } }),
    ],
    'found by another rule': [toTool('posts_delete', { annotations: mutation })],
  },
});

const named = (...names: string[]): ClientTool[] =>
  names.map((name) => toTool(name, { input: { limit: integer } }));

cases('name-ambiguous', {
  found: {
    'get and fetch': [...named('users_get', 'users_fetch')],
    'get and retrieve, verb first': [...named('getUser', 'retrieve_user')],
    'find and get': [...named('find_user', 'get_user')],
    'find and list': [...named('users_find', 'users_list')],
    'find and search': [...named('users_find', 'users_search')],
    'get many and list': [...named('get_users', 'list_users')],
    'get all and list': [...named('users_getAll', 'users_list')],
    'get and get by id': [...named('users_get', 'users_getById')],
    'update and edit': [...named('users_update', 'users_edit')],
    'set and change': [...named('users_setEmail', 'users_changeEmail')],
    'create and add': [...named('createUser', 'addUser')],
    'delete and remove': [...named('users_delete', 'users_remove')],
    'one and many': [...named('get_user', 'get_users')],
    'another order': [...named('user_get', 'get_user')],
    'another order of nouns': [...named('posts_users_export', 'users_posts_export')],
    'another case': [...named('getUser', 'get_user')],
    'another version': [...named('users_export', 'users_export_v2')],
  },
  fine: {
    'one and many, in a router': [...named('users_get', 'users_list', 'users_search', 'users_count')],
    'one and many, verb first': [...named('get_user', 'list_users')],
    'other things': [...named('users_get', 'posts_get', 'get_user_posts')],
    'by what': [...named('users_getById', 'users_getByEmail')],
    opposites: [...named('users_lock', 'users_unlock', 'users_create', 'users_delete')],
    'by one id and by several': [...named('posts_byId', 'posts_byIds')],
    'there and back': [...named('convert_csv_to_json', 'convert_json_to_csv')],
    'other arguments': [
      toTool('tags_create', { input: { name: text }, required: ['name'] }),
      toTool('tags_add', { input: { postId: text, tagId: text }, required: ['postId', 'tagId'] }),
    ],
  },
});

cases('name-vague', {
  found: {
    'a verb': [toTool('get')],
    'a verb and a word that says nothing': [toTool('getData'), toTool('do_it')],
    'in capitals': [toTool('RUN')],
    'a word that says nothing': [toTool('handler')],
  },
  fine: {
    'a verb and a noun': [toTool('users_get'), toTool('getUser')],
    'a noun': [toTool('weather'), toTool('users_me')],
    'a verb that few use': [toTool('translate')],
  },
});

describe('sizes', () => {
  const large = (characters: number): ClientTool =>
    toTool('users_get', { description: 'word '.repeat(characters / 5) });

  test('a list over the budget is a warning, and an error where somebody set the budget', () => {
    const list = Array.from({ length: 12 }, (_, index) => ({ ...large(7_000), name: `t${index}_get` }));
    const found = (options?: LintOptions) =>
      lintTools({ tools: list }, options).flatMap(({ code, severity, tool }) =>
        code === 'list-tokens' ? [[severity, tool]] : [],
      );
    expect(found()).toEqual([['warning', undefined]]);
    expect(found({ maxTokens: 1_000 })).toEqual([['error', undefined]]);
    expect(found({ maxTokens: 100_000 })).toEqual([]);
    expect(found({ maxTokens: 1_000, rules: { 'list-tokens': 'off' } })).toEqual([]);
    expect(found({ maxTokens: 1_000, rules: { 'list-tokens': 'warning' } })).toEqual([
      ['warning', undefined],
    ]);
  });

  test('a tool over its share says which part is large', () => {
    const [found] = lintTools({ tools: [large(10_000)] }).filter(({ code }) => code === 'tool-tokens');
    expect(found).toMatchObject({
      severity: 'warning',
      tool: 'users_get',
      place: 'description',
      message: 'it has about 2538 tokens, of which 2501 are its description; at most 2000 are allowed',
    });
    const options: LintOptions = { rules: { 'tool-tokens': ['error', { maxTokens: 20 }] } };
    expect(lint([toTool('users_get')], {}, options)).toEqual(['tool-tokens users_get description']);
    expect(lint([large(7_000)])).toEqual([]);
  });
});

describe('settings', () => {
  const list = [described('TODO'), toTool('users_list')];
  const both = [
    'description-says-nothing customers_get description',
    'list-unlimited users_list inputSchema',
  ];

  test('a rule can be off, or have another severity', () => {
    expect(lint(list)).toEqual(both);
    expect(lint(list, {}, { rules: { 'list-unlimited': 'off' } })).toEqual(both.slice(0, 1));
    const severities = lintTools({ tools: list }, { rules: { 'list-unlimited': 'error' } }).map(
      ({ severity }) => severity,
    );
    expect(severities).toEqual(['warning', 'error']);
  });

  test('findings can be ignored for one tool, for all tools, and for all rules', () => {
    expect(lint(list, {}, { ignore: { users_list: ['list-unlimited'] } })).toEqual(both.slice(0, 1));
    expect(lint(list, {}, { ignore: { users_list: ['*'] } })).toEqual(both.slice(0, 1));
    expect(lint(list, {}, { ignore: { '*': ['description-says-nothing'] } })).toEqual(both.slice(1));
  });

  test('without clients, only what one of them loses is found; with clients, all that they do not take', () => {
    const tool = toTool('x'.repeat(61), { input: { a: { ...text, minLength: 3 } } });
    const codes = (options?: LintOptions) =>
      lintTools({ tools: [tool] }, options).flatMap(({ code }) => (code.includes('/') ? code : []));
    expect(codes()).toContain('cursor/name-length');
    expect(codes()).not.toContain('gemini/dropped-keyword');
    expect(codes({ clients: ['gemini'] })).toContain('gemini/dropped-keyword');
    expect(codes({ clients: ['gemini'] })).not.toContain('cursor/name-length');
    expect(codes({ rules: { 'cursor/name-length': 'off' } })).not.toContain('cursor/name-length');
  });
});

test('ids may come from resources and from what the instructions name', () => {
  const list = [cancel, noIds];
  const code = 'id-unknown orders_cancel inputSchema.properties.orderId';
  expect(lint(list)).toEqual([code]);
  expect(lint(list, { resources: [{ uri: 'orders://{id}', name: 'order' }] })).toEqual([]);
  expect(lint(list, { resources: [{ uri: 'customers://{id}' }] })).toEqual([code]);
  expect(lint(list, { instructions: 'The ids of orders stand in the mail to the customer.' })).toEqual([]);
});

test('the tools to search with are not those of the app', () => {
  const front = ['search_tools', 'describe_tools', 'run_query', 'run_mutation'];
  const tools = front.map((name) =>
    toTool(name, { description: 'Runs.', annotations: mutation, input: { value: text } }),
  );
  expect(lint(tools)).toEqual([]);
  // An app of its own may have one of these names.
  expect(lint(tools.slice(2)).length).toBeGreaterThan(0);
  const code = ['search_api', 'run_code'].map((name) => toTool(name, { input: { value: text } }));
  expect(lint(code)).toEqual([]);
  expect(lint(code.slice(1)).length).toBeGreaterThan(0);
});

test('each rule has a code of its own, a fix, an example, and words without a full stop', () => {
  const codes = lintRules.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const { code, finds, fix, example } of lintRules) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)+$/);
    for (const words of [finds, fix]) expect(words).toMatch(/^[a-z].*[^.]$/);
    expect(example.found).not.toBe(example.fine);
  }
});

test('schemas that are recursive, closed or odd are read to their end', () => {
  const recursive = {
    $ref: '#/$defs/Node',
    $defs: { Node: { type: 'object', properties: { value: text, next: { $ref: '#/$defs/Node' } } } },
  };
  const odd = {
    type: 'object',
    properties: { a: true, b: false, c: { $ref: '#/$defs/none' }, d: { anyOf: 'no' } },
    required: 'a',
  };
  const tools = [
    toTool('trees_get', {
      inputSchema: { type: 'object', properties: { tree: { $ref: '#/$defs/Node' } }, $defs: recursive.$defs },
    }),
    toTool('trees_read', returns(recursive)),
    toTool('odd_things', { inputSchema: odd, ...returns(odd) }),
  ];
  expect(lint(tools)).toContain(
    'argument-undescribed trees_get inputSchema.properties.tree.properties.value',
  );
  expect(lint([])).toEqual([]);
});
