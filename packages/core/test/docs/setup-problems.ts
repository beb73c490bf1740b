import type { SetupProblemCode } from '../../src/index.ts';

/**
 * What each problem of set-up means, and what to change. docs/setup-problems.md is made from this, and the type makes it
 * name every code and no other.
 */
export const setupProblems: Record<SetupProblemCode, { means: string; change: string }> = {
  ALGORITHM_INVALID: {
    means: '`jwt.algorithms` is empty, or lists an algorithm that is not asymmetric.',
    change: 'Remove the option, or list asymmetric algorithms only, such as `RS256`.',
  },
  APP_MISSING: {
    means: '`_meta.ui.resourceUri` of a tool names a page that no resource serves.',
    change: 'Tag a query with `mcp.resource.uri` set to the same URI.',
  },
  ARGUMENT_CLASH: {
    means:
      'Two arguments of a tool get the same name. Clients take only letters, digits, `_`, `.` and `-` in a name, so other characters are replaced: `tags[]` becomes `tags__`.',
    change: 'Rename one of them in the input schema, or move it into an object inside the input.',
  },
  ARGUMENT_MISSING: {
    means: 'The query in `mcp.confirm.with` requires an argument that the procedure itself does not have.',
    change:
      'Add the argument to the input of the procedure, make it optional in the query, or name another query.',
  },
  ARGUMENT_UNKNOWN: {
    means: '`mcp.complete` has a key that is not an argument of the procedure.',
    change: 'Rename the key to one of the arguments in the message.',
  },
  AUTHORIZATION_SERVER_INVALID: {
    means:
      '`authorizationServers` of `bearer` is empty, or has an entry that is not the https URL of an issuer.',
    change: 'Write each issuer as its own metadata does: an https URL without query and fragment.',
  },
  BUDGET_EXCEEDED: {
    means: 'The list of tools has more tokens than `budget.listTokens` allows.',
    change:
      'Expose fewer procedures, shorten descriptions, set `outputSchemas` to `small` or `false`, or raise the budget.',
  },
  BYPASS_UNUSED: {
    means: '`bypass` names a kind of middleware, and no exposed procedure has middleware of that kind.',
    change: 'Mark the middleware with `bypassable`, or remove the kind from `bypass`.',
  },
  BYPASS_WITHOUT_AUTH: {
    means: '`bypass` skips middleware, and nothing else checks who is calling.',
    change: 'Set `auth.required` or `auth.authorize`.',
  },
  CACHE_INVALID: {
    means: '`cacheMs` of `introspection` is not a number of 0 or more.',
    change: 'Set a time in milliseconds, or 0 to ask about every request.',
  },
  CARD_INVALID: {
    means: 'The option `card` is set, and clients would refuse the Server Card that it makes.',
    change:
      'Set what the message names. A card needs a name in reverse-DNS form, a version, a description of at most 100 characters, and the URL of the endpoint.',
  },
  CARD_MISSING: {
    means: '`aiCatalogHandler` got a handler that has no Server Card.',
    change: 'Set `card` in the options of that handler, and pass what `mcpHandler` returns.',
  },
  CATALOG_INVALID: {
    means:
      '`host` or `entries` of `aiCatalogHandler` lacks a field, or two entries have the same identifier.',
    change: 'Complete the entry, or give each server a `card.name` of its own.',
  },
  CHALLENGE_INVALID: {
    means: '`auth.challenge` cannot be sent as a header.',
    change: 'Use printable ASCII only, such as `Bearer realm="app"`.',
  },
  CLIENT_ID_MISSING: {
    means: '`clientId` of `introspection` is empty.',
    change: 'Register the endpoint as a client of the authorization server, and set its id.',
  },
  CODEC_MISSING: {
    means:
      'A schema contains a class of your app. JSON has no such class, and no codec says which JSON to send instead.',
    change: 'Add a codec for the class to the option `codecs`.',
  },
  COMPLETE_UNUSED: {
    means: '`mcp.complete` is set on a procedure that is neither a resource nor a prompt.',
    change: 'Remove `complete`.',
  },
  CONFIRM_UNKNOWN: {
    means:
      'The question in `mcp.confirm` contains a name in braces that does not exist. The name must be an argument of the procedure, or a field of the result of the query in `mcp.confirm.with`.',
    change: 'Use one of the names in the message.',
  },
  CONFIRM_UNUSED: {
    means: '`mcp.confirm` is set on a procedure that is not a tool.',
    change: 'Remove `confirm`, or set `mcp.tool` to `true`.',
  },
  CONTEXT_MISSING: {
    means:
      '`createContext` is not a function. In JavaScript, an import that does not exist is `undefined`. Or `visible` of a procedure takes the context, and the handler has no `createContext`.',
    change: 'Pass the same `createContext` that you pass to tRPC’s own adapter.',
  },
  CONVERTER_MISSING: {
    means: 'A validator cannot be converted to JSON Schema, or its converter is not installed.',
    change: 'Set the converter in the option `converters`, or describe the input with `mcp.input`.',
  },
  CORS_CREDENTIALS: {
    means: '`cors` lets every page on the web send the cookies of your users.',
    change: 'List the origins in `cors.origins`.',
  },
  CORS_INVALID: {
    means: '`cors` allows no page, or lists a header whose name is not valid.',
    change: 'Write `{ origins: […] }`, or `true` for every page; correct the header.',
  },
  ENDPOINT_INVALID: {
    means: '`endpoint` of `introspection` is not a URL.',
    change: 'Set it to `introspection_endpoint` of the authorization server.',
  },
  EXPERIMENTAL_CALLER: {
    means:
      'A procedure was built with `experimental_caller`. It makes a context of its own, so it would ignore the caller’s context.',
    change: 'Tag a procedure that is built without `experimental_caller`.',
  },
  EXPOSES_NOTHING: {
    means: '`mcp.tool` is `false`, and the procedure is neither a resource nor a prompt.',
    change: 'Remove `mcp`, or make the procedure a resource or a prompt.',
  },
  FAILURE_LIMIT_INVALID: {
    means: '`max` or `windowMs` of `auth.failureLimit` is less than 1.',
    change: 'Set both to 1 or more, or remove `failureLimit`.',
  },
  FAILURE_LIMIT_WITHOUT_ADDRESS: {
    means:
      'The host does not know the IP address of a request, so failed logins are not counted. This problem is not thrown. `onError` is told at the first request.',
    change: 'Set `auth.failureLimit.address`.',
  },
  HEADER_INVALID: {
    means:
      'Clients would ignore a tool because of its `x-mcp-header`. The name is not a valid header name or is used twice, or the argument is not a string, an integer or a boolean.',
    change: 'Correct it in the meta of the schema, or remove it.',
  },
  INPUTS_CONTRADICT: {
    means: 'A procedure calls `.input()` several times, and no value can satisfy all of these inputs.',
    change: 'Change one of the inputs, so that one value can satisfy all of them.',
  },
  ISSUER_MISSING: {
    means: '`issuer` of `jwt` is empty. The endpoint would accept tokens of every issuer with these keys.',
    change: 'Set it to `issuer` in the metadata of the authorization server.',
  },
  JWKS_INVALID: {
    means: '`jwks` of `jwt` has no keys, or one that is not a public key, or `jwksUri` is set as well.',
    change: 'List the public keys in `jwks.keys`, or set `jwksUri` alone.',
  },
  JWKS_MISSING: {
    means: '`jwt` has neither `jwksUri` nor `jwks`, so it cannot check a signature.',
    change: 'Set `jwksUri` to `jwks_uri` of the authorization server, or `jwks` to its public keys.',
  },
  JWKS_URI_INVALID: {
    means: '`jwksUri` of `jwt` is not a URL.',
    change: 'Set it to `jwks_uri` of the authorization server.',
  },
  LAZY_FAILED: {
    means: 'A lazy router did not load. This problem is not thrown at the start: `ready()` rejects with it.',
    change: 'The message quotes the error of the import. Repair that import.',
  },
  LIMIT_INVALID: {
    means:
      'A number in `timeoutMs`, `rateLimit` or `stream` of a procedure is missing, or is not more than 0. Or one of the handler’s own limits is not such a number.',
    change: 'Set it to a number that is more than 0.',
  },
  LIST_UNUSED: {
    means: '`mcp.resource.list` is set, and the URI has no variables.',
    change: 'Remove `list`. A resource without variables is listed by itself.',
  },
  MAX_TOKEN_LENGTH_INVALID: {
    means: '`maxTokenLength` of `bearer` is so low that it would refuse every token.',
    change: 'Remove it, or set it to a number of characters.',
  },
  META_UNKNOWN: {
    means:
      '`mcp` in the meta has a key that is not a setting, such as a misspelt one. Or a setting, or `mcp` itself, has a value that is not allowed.',
    change: 'Use the name or the value that the message suggests, or remove the key.',
  },
  NAME_CLASH: {
    means: 'Two tools, or two prompts, have the same name.',
    change: 'Set `mcp.name`, or `mcp.prompt.name`, on one of them.',
  },
  NAME_ILLEGAL: {
    means: 'A name has a character other than letters, digits, `_` and `-`.',
    change: 'Set `mcp.name`, or the option `toolName`.',
  },
  NAME_TOO_LONG: {
    means: 'A name has more than 64 characters.',
    change: 'Set a shorter `mcp.name`, or the option `toolName`.',
  },
  NOT_A_MUTATION: {
    means: '`mcp.dryRun` or `mcp.idempotent` is set on a procedure that is not a mutation.',
    change: 'Remove the setting.',
  },
  NOT_A_QUERY: {
    means: 'A resource, a prompt, or a procedure that another one names is not a query.',
    change: 'Tag or name a query.',
  },
  OPTION_INVALID: {
    means: 'An option has a value that is not allowed, such as a string in place of a list.',
    change: 'Use a value of the kind in the message.',
  },
  OPTION_UNKNOWN: {
    means: 'An option, or a key in a nested option, has a name that does not exist.',
    change: 'Use the name in the message.',
  },
  ORIGIN_INVALID: {
    means: '`allowedOrigins` or `cors.origins` has an entry that no browser sends as its origin.',
    change: 'Write the origin as browsers do, with its scheme and without a path: `https://app.example.com`.',
  },
  OUTPUTS_INVALID: {
    means:
      'The option `outputs` is not a file that `trpc-mcp outputs` of this version has written. Its version is a different one, or a schema in it is malformed.',
    change: 'Run `trpc-mcp outputs` of the same version again, and pass its file without changes.',
  },
  PATH_UNKNOWN: {
    means: '`complete`, `confirm.with`, `dryRun` or `resource.list` names a path without a procedure.',
    change: 'Correct the path.',
  },
  PATTERN_UNMATCHED: {
    means: 'A pattern in `expose` matches no tagged procedure.',
    change: 'Correct or remove the pattern, or tag the procedure.',
  },
  RESOURCE_INVALID: {
    means: '`resource` of `bearer` is not the URL of an endpoint.',
    change: 'Set it to the URL that clients connect to, such as `https://app.example.com/mcp`.',
  },
  ROUTER_INVALID: {
    means: 'The first argument is not a router of tRPC.',
    change: 'Pass the same `appRouter` that you pass to tRPC’s own adapter.',
  },
  ROUTER_OUTDATED: {
    means: 'The router was made by version 10 of tRPC.',
    change: 'Update `@trpc/server` to version 11.',
  },
  SCHEMA_FAILED: {
    means: 'The validator could not be converted to JSON Schema: its converter threw an error.',
    change: 'Repair the schema that the message names, or describe the input with `mcp.input`.',
  },
  SCHEMA_INVALID: {
    means:
      'A schema of yours is not valid JSON Schema 2020-12. Some clients then refuse the whole list. The problem is thrown if `NODE_ENV` is `development`. Elsewhere only this tool is left out, and `onError` is told.',
    change: 'Correct what the message names in `mcp.input`, `mcp.output` or the `schema` of a codec.',
  },
  SCHEMA_REFUSED: {
    means:
      'A JSON Schema of yours makes a popular client lose all tools of the server. The problem is thrown if `NODE_ENV` is `development`. Elsewhere `onError` is told, and the tool is served, because it works in other clients.',
    change: 'Change the schema as the message says. [Clients](clients.md) lists what each client accepts.',
  },
  SCHEMA_UNSUPPORTED: {
    means: 'A schema accepts only values that JSON cannot express, such as a symbol.',
    change: 'Accept a JSON value in that place, or describe the input with `mcp.input`.',
  },
  SCOPES_WITHOUT_AUTH: {
    means:
      'A procedure needs scopes, and the handler has no `auth`. So no caller could ever have the scopes.',
    change: 'Set `auth.authenticate`, or remove the scopes.',
  },
  SCOPE_INVALID: {
    means: 'A scope has a character that OAuth does not allow.',
    change: 'Use printable ASCII without spaces, quotes and backslashes.',
  },
  SECRET_MISSING: {
    means:
      '`store` or `bus` is set, so several processes serve the endpoint. But they have no common `secret`.',
    change: 'Set `secret` to 32 random bytes or more, the same in every process.',
  },
  SECRET_SHORT: {
    means: '`secret` has fewer than 32 bytes.',
    change: 'Set it to 32 random bytes or more.',
  },
  SKILLS_UNREADABLE: {
    means: 'The folder of `readSkills` does not exist, has no skills, or has a file that cannot be read.',
    change:
      'Pass the folder that has a folder for each skill, or give the process the right to read the file. A relative path begins at the working directory of the process.',
  },
  SKILL_INVALID: {
    means:
      'A skill breaks a rule of [Agent Skills](https://agentskills.io/specification), or clients would refuse it. A skill is a folder with a `SKILL.md`, whose frontmatter has the name of the folder and a description.',
    change:
      'Do what the message says: add or rename a file, write the frontmatter, save the file as UTF-8, or make the skill smaller. What a `SKILL.md` says is checked a moment later: `handler.ready()` rejects with the problem, and the skill is not served.',
  },
  TAG_INVALID: {
    means:
      'The option `tag` threw, or returned a Promise or another value that is not allowed. Nothing is served.',
    change: 'Return `true`, `false`, `undefined` or settings. The function cannot be asynchronous.',
  },
  TASK_HOST: {
    means: 'Calls with `task` go on after their answer, and this host stops when the answer is sent.',
    change: 'Hand the work to a queue with `tasks.run`, or give `tasks.waitUntil` where the host has it.',
  },
  TASK_QUEUE: {
    means: '`tasks.run` hands work to other processes, and something that they share is missing.',
    change: 'Set `store`, `secret` and `tasks.createContext`, the same in the server and its workers.',
  },
  TOKEN_TYPE_INVALID: {
    means: '`types` of `jwt` is empty, so every token would be refused.',
    change: 'Remove the option, or list the `typ` of the access tokens, such as `JWT`.',
  },
  TOOL_FAILED: {
    means: 'A function of yours threw while a tool was made, for example `toolName`.',
    change: 'The message quotes the error. Repair its cause.',
  },
  URI_CLASH: {
    means: 'Two resources could answer the same URI.',
    change: 'Change the URI of one of them.',
  },
  URI_INVALID: {
    means: 'The URI of a resource has no scheme, or is not a valid template.',
    change: 'Correct it as the message says.',
  },
  URI_VARIABLE_LIST: {
    means: 'The URI writes a variable as a list (`{tag*}`), but the input does not take a list.',
    change: 'Remove the `*`.',
  },
  URI_VARIABLE_MISSING: {
    means: 'The input requires an argument that the URI does not have.',
    change: 'Add the variable to the URI, or make the argument optional.',
  },
  URI_VARIABLE_UNKNOWN: {
    means: 'The URI has a variable that is not an argument of the input.',
    change: 'Rename the variable to one of the arguments in the message.',
  },
};
