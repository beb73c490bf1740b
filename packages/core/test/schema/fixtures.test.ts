import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compileInput, type SchemaOptions } from '../../src/schema/input.ts';
import { SchemaProblem } from '../../src/schema/problem.ts';
import { compileStrict, findFaults } from './advertised.ts';
import { toComparable } from './comparable.ts';
import type { Fixture } from './fixtures/fixture.ts';
import { groups } from './fixtures/index.ts';
import { callOverWire, createProcedure } from './procedure.ts';
import { printStructure } from './structure.ts';

it('there are at least 150 schemas, each with its own name', () => {
  const names = Object.values(groups).flatMap((fixtures) => fixtures.map((fixture) => fixture.name));
  expect(names.length).toBeGreaterThanOrEqual(150);
  expect(new Set(names).size).toBe(names.length);
});

for (const [group, fixtures] of Object.entries(groups)) {
  describe(group, () => {
    for (const fixture of fixtures) {
      if (fixture.refused !== undefined)
        it(`${fixture.name}: is refused at mount`, () => expectRefusal(fixture));
      else {
        it(`${fixture.name}: is advertised as it is`, () => expectHonestSchema(fixture));
        it(`${fixture.name}: is callable`, () => expectCallable(fixture));
      }
    }
  });
}

function compile(fixture: Fixture, options: SchemaOptions = {}) {
  return compileInput(fixture.inputs, { ...fixture.options, ...options });
}

function expectRefusal(fixture: Fixture): void {
  let thrown: unknown;
  try {
    compile(fixture);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(SchemaProblem);
  const { code, message } = thrown as SchemaProblem;
  expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  expect(`${code} ${message}`).toMatch(fixture.refused!);
}

function expectHonestSchema(fixture: Fixture): void {
  const { schema } = compile(fixture);
  expect(findFaults(schema)).toEqual([]);
  const validate = compileStrict(schema);
  for (const [wire] of [[fixture.wire], ...(fixture.also ?? [])]) {
    if (wire === undefined) continue; // arguments left out are not data
    validate(wire);
    expect(validate.errors ?? [], JSON.stringify(wire)).toEqual([]);
  }
}

async function expectCallable(fixture: Fixture): Promise<void> {
  const run = createProcedure(fixture.inputs);
  // After this call, libraries have filled the caches in their schemas.
  for (const [wire] of [[fixture.wire], ...(fixture.also ?? [])])
    await callOverWire(run, compile(fixture), wire);
  const before = fixture.inputs.map(printStructure);

  const input = compile(fixture);
  const exact = compile(fixture, { repair: false });
  for (const [wire, value] of [[fixture.wire, fixture.value], ...(fixture.also ?? [])] as const) {
    for (const codec of [input, exact]) {
      const outcome = await callOverWire(run, codec, toArguments(fixture, wire));
      await expectValue(fixture, wire, outcome, value);
    }
  }
  for (const [wire, value] of fixture.repaired ?? []) {
    await expectValue(fixture, wire, await callOverWire(run, input, toArguments(fixture, wire)), value);
  }
  for (const [wire, path, says] of fixture.invalid ?? []) {
    const outcome = await callOverWire(run, input, toArguments(fixture, wire));
    expect(outcome.error, `${JSON.stringify(wire)} is refused`).toBeDefined();
    const issues = input.explain(outcome.error, wire) ?? [];
    expect(issues.length, `${JSON.stringify(wire)} is explained`).toBeGreaterThan(0);
    const told = issues.map((issue) => `${issue.path}: ${issue.message}`).join('\n');
    if (path !== undefined)
      expect(
        issues.map((issue) => issue.path),
        told,
      ).toContain(path);
    if (says !== undefined) expect(told).toMatch(says);
    expect(told, 'speaks of the wire').not.toMatch(
      /expected (date|bigint|map|set|file|nan),|instanceof|instance of|\[object|undefined: |Invalid input: expected date/i,
    );
  }
  expect(fixture.inputs.map(printStructure)).toEqual(before);
}

async function expectValue(
  fixture: Fixture,
  wire: unknown,
  outcome: { value?: unknown; error?: unknown },
  expected: unknown,
): Promise<void> {
  expect(outcome.error, `${JSON.stringify(wire)} is accepted`).toBeUndefined();
  const got = await toComparable(outcome.value);
  if (fixture.check !== undefined) expect(fixture.check(got)).toBe(true);
  else if (!isDeepStrictEqual(got, await toComparable(expected))) {
    expect(got, JSON.stringify(wire)).toStrictEqual(await toComparable(expected));
  }
}

// Frozen, so that a write to the arguments throws.
function toArguments(fixture: Fixture, wire: unknown): unknown {
  return fixture.writes === true ? structuredClone(wire) : deepFreeze(structuredClone(wire));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
