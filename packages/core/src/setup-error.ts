import { shareClass } from './shared-class.ts';

/** Every code of a `SetupProblem`. docs/setup-problems.md says what each one means and what to change. */
export type SetupProblemCode =
  | 'ALGORITHM_INVALID'
  | 'APP_MISSING'
  | 'ARGUMENT_CLASH'
  | 'ARGUMENT_MISSING'
  | 'ARGUMENT_UNKNOWN'
  | 'AUTHORIZATION_SERVER_INVALID'
  | 'BUDGET_EXCEEDED'
  | 'BYPASS_UNUSED'
  | 'BYPASS_WITHOUT_AUTH'
  | 'CACHE_INVALID'
  | 'CARD_INVALID'
  | 'CARD_MISSING'
  | 'CATALOG_INVALID'
  | 'CHALLENGE_INVALID'
  | 'CLIENT_ID_MISSING'
  | 'CODEC_MISSING'
  | 'COMPLETE_UNUSED'
  | 'CONFIRM_UNKNOWN'
  | 'CONFIRM_UNUSED'
  | 'CONTEXT_MISSING'
  | 'CONVERTER_MISSING'
  | 'CORS_CREDENTIALS'
  | 'CORS_INVALID'
  | 'ENDPOINT_INVALID'
  | 'EXPERIMENTAL_CALLER'
  | 'EXPOSES_NOTHING'
  | 'FAILURE_LIMIT_INVALID'
  | 'FAILURE_LIMIT_WITHOUT_ADDRESS'
  | 'HEADER_INVALID'
  | 'INPUTS_CONTRADICT'
  | 'ISSUER_MISSING'
  | 'JWKS_INVALID'
  | 'JWKS_MISSING'
  | 'JWKS_URI_INVALID'
  | 'LAZY_FAILED'
  | 'LIMIT_INVALID'
  | 'LIST_UNUSED'
  | 'MAX_TOKEN_LENGTH_INVALID'
  | 'META_UNKNOWN'
  | 'NAME_CLASH'
  | 'NAME_ILLEGAL'
  | 'NAME_TOO_LONG'
  | 'NOT_A_MUTATION'
  | 'NOT_A_QUERY'
  | 'OPTION_INVALID'
  | 'OPTION_UNKNOWN'
  | 'ORIGIN_INVALID'
  | 'OUTPUTS_INVALID'
  | 'PATH_UNKNOWN'
  | 'PATTERN_UNMATCHED'
  | 'RESOURCE_INVALID'
  | 'ROUTER_INVALID'
  | 'ROUTER_OUTDATED'
  | 'SCHEMA_FAILED'
  | 'SCHEMA_INVALID'
  | 'SCHEMA_REFUSED'
  | 'SCHEMA_UNSUPPORTED'
  | 'SCOPES_WITHOUT_AUTH'
  | 'SCOPE_INVALID'
  | 'SECRET_MISSING'
  | 'SECRET_SHORT'
  | 'SKILLS_UNREADABLE'
  | 'SKILL_INVALID'
  | 'TAG_INVALID'
  | 'TASK_HOST'
  | 'TASK_QUEUE'
  | 'TOKEN_TYPE_INVALID'
  | 'TOOL_FAILED'
  | 'URI_CLASH'
  | 'URI_INVALID'
  | 'URI_VARIABLE_LIST'
  | 'URI_VARIABLE_MISSING'
  | 'URI_VARIABLE_UNKNOWN';

/** One thing that is wrong with the set-up of the app, and what to change. */
export interface SetupProblem {
  /** Stays the same from version to version, for programs: `NAME_CLASH`, `PATTERN_UNMATCHED`, … */
  code: SetupProblemCode;
  /** The dotted path of the procedure, the name of the option, or a file of a skill. */
  path: string;
  /** Says what is wrong and how to change it, for the developer. */
  message: string;
}

/** Thrown when a router cannot be served as it is set up. It names every problem that was found, not only the first. */
export class SetupError extends Error {
  static {
    shareClass(this, 'SetupError');
  }

  /** Always `SetupError`. */
  override readonly name = 'SetupError';
  /** Every problem that was found, in the order of the message. */
  readonly problems: readonly SetupProblem[];

  constructor(problems: readonly SetupProblem[]) {
    const lines = Array.from(groupEqual(problems), (equal) => {
      const paths = equal.map(({ path }) => path);
      const shown = paths.length > mostPaths + 1 ? paths.slice(0, mostPaths) : paths;
      const more = paths.length > shown.length ? ` and ${paths.length - shown.length} more` : '';
      return `  ${shown.join(', ')}${more}: ${equal[0]!.message} [${equal[0]!.code}]`;
    });
    super(`MCP cannot serve this router as it is set up:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/** How many paths of one problem are printed; `problems` has all of them. */
const mostPaths = 20;

/** Problems that differ in their path alone, together. */
function groupEqual(problems: readonly SetupProblem[]): Iterable<SetupProblem[]> {
  const groups = new Map<string, SetupProblem[]>();
  for (const problem of problems) {
    const key = `${problem.code} ${problem.message}`;
    const equal = groups.get(key);
    if (equal) equal.push(problem);
    else groups.set(key, [problem]);
  }
  return groups.values();
}
