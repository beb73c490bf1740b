import { type Running } from '../run/child.ts';
import { collectStates, secondRound } from '../load/consent.ts';
import { expectResult, fetchAnswer } from '../load/check.ts';
import { toBytes, toHttp } from '../load/request.ts';
import { inSession, openSession } from '../load/session.ts';
import { issueToken } from '../load/token.ts';
import { type Side, toSide } from '../run/generator.ts';
import { comparePair } from '../run/pair.ts';
import { type Goal, type Row, toRatioRow } from '../report/row.ts';
import type { Bench, Section } from '../section.ts';
import type { ServerShape } from '../target.ts';
import { withServers } from './servers.ts';
import { callSide, fewTools, hello } from './sides.ts';

interface Line {
  measure: string;
  goal: Goal;
  /** What is switched on, beside a server in which it is off. */
  shape: ServerShape;
  toSide: (server: Running, bench: Bench) => Side | Promise<Side>;
}

const small = { fillers: fewTools - 2 };
const modern = '2026-07-28';
/** Of second rounds, about as many as a server answers in a second. */
const statesInRound = 3000;

/** Calls with something switched on, beside the plain call of 2026 on Express, which the fast lane answers. */
export const measureOptions: Section = async (bench) => {
  const issued = await issueToken();
  const headers = { authorization: `Bearer ${issued.token}` };
  const lines: Line[] = [
    {
      measure: 'a call in a session of 2025 ÷ a plain call',
      goal: { atLeast: 0.8 },
      shape: { handler: 'sessions' },
      toSide: toSessionSide,
    },
    {
      measure: 'with `auth: bearer`, a JWT and cached keys ÷ a plain call',
      goal: { atLeast: 0.7 },
      shape: { jwksUri: issued.jwksUri },
      toSide: (server) => callSide(server, hello, { headers }),
    },
    {
      measure: "a consent's second round ÷ a plain call",
      goal: { atLeast: 0.5 },
      shape: { consent: true },
      toSide: toConsentSide,
    },
    {
      measure: 'with OpenTelemetry on ÷ a plain call',
      goal: { atLeast: 0.7 },
      shape: { telemetry: true },
      toSide: (server) => callSide(server),
    },
  ];
  try {
    return { rows: await compareWithPlain(lines, bench) };
  } finally {
    issued.close();
  }
};

/** What goes to the SDK, or went there once, beside the plain call. */
export const measureSdk: Section = async (bench) => {
  const half = { atLeast: 0.5 };
  const lines: Line[] = [
    {
      measure: 'a call of 2025 without a session ÷ a plain call',
      goal: half,
      shape: {},
      toSide: (server) => callSide(server, hello, { protocol: '2025-11-25' }),
    },
    {
      measure: 'a call with a progress token ÷ a plain call',
      goal: half,
      shape: {},
      toSide: (server) => callSide(server, hello, { meta: { progressToken: 1 } }),
    },
    {
      measure: 'a call of a tool with `visible` that shows it ÷ a plain call',
      goal: half,
      shape: { guarded: 0 },
      toSide: (server) => callSide(server, { procedure: 'shown', input: hello.input }),
    },
    {
      measure: 'a call of a tool that is hidden from the caller ÷ a plain call',
      goal: half,
      shape: { guarded: 0 },
      toSide: toHiddenSide,
    },
    {
      measure: "a call with `listing: 'permitted'` ÷ a plain call",
      goal: half,
      shape: { handler: 'permitted' },
      toSide: (server) => callSide(server),
    },
  ];
  return { rows: await compareWithPlain(lines, bench) };
};

async function compareWithPlain(lines: readonly Line[], bench: Bench): Promise<Row[]> {
  const found: Row[] = [];
  for (const { measure, goal, shape, toSide: toOther } of lines) {
    const shapes = {
      other: ['ours-express', { ...small, ...shape }],
      plain: ['ours-express', small],
    } as const;
    const row = await withServers(shapes, async ({ other, plain }) => {
      const sides = [await toOther(other, bench), callSide(plain)] as const;
      return toRatioRow(measure, goal, await comparePair(sides, bench.scale.pair, bench.own, bench.watch));
    });
    found.push(row);
  }
  return found;
}

/** Each client has a session of its own, as clients have. */
async function toSessionSide(server: Running, { own }: Bench): Promise<Side> {
  const ids = await Promise.all(Array.from({ length: own.connections }, () => openSession(server.port)));
  const requests = ids.map((id) => inSession(id, hello));
  return {
    server,
    request: undefined,
    supply: () => (client) => requests[client]!,
    check: (body) => expectResult(body, '2025-11-25', hello),
  };
}

/** The questions are asked before a round, which begins when all of them are there. */
function toConsentSide(server: Running, { scale }: Bench): Side {
  return {
    server,
    request: undefined,
    async supply() {
      const states = await collectStates(server.port, Math.ceil((statesInRound * scale.pair.ms) / 1000));
      const requests = states.map(secondRound);
      return () => requests.pop();
    },
    check: (body) => expectResult(body, modern, hello),
  };
}

/** The answer says that there is no such tool, as for one that does not exist. */
async function toHiddenSide(server: Running): Promise<Side> {
  const request = toHttp(modern, { procedure: 'hidden', input: hello.input });
  const missing = toHttp(modern, { procedure: 'nobody', input: hello.input });
  const expected = (await fetchAnswer(server.port, toBytes(missing, 'keep-alive'))).replaceAll(
    'nobody',
    'hidden',
  );
  return toSide(server, request, (body) => {
    if (body !== expected) throw new Error(`a hidden tool is answered in another way: ${body.slice(0, 300)}`);
  });
}
