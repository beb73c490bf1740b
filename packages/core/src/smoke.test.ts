import { test } from 'vitest';
import { compileInput } from './schema/input.ts';
import { compileOutput } from './schema/output.ts';
import { createProcedure, callOverWire } from '../test/schema/procedure.ts';
import { compileStrict, findFaults } from '../test/schema/advertised.ts';
import { isDeepStrictEqual, inspect } from 'node:util';
const files = [
  'classes',
  'filters',
  'money',
  'recursion',
  'stacked',
  'transforms',
  'uploads',
  'unions',
  'wrappers',
  'collections',
  'pagination',
  'roots',
  'strings',
  'mini',
  'older',
  'zod3',
  'arktype',
  'valibot',
  'others',
];
test('all', { timeout: 60000 }, async () => {
  let bad = 0,
    ok = 0;
  for (const f of files) {
    const m = await import(`../test/schema/fixtures/${f}.ts`);
    for (const list of Object.values(m).filter(Array.isArray))
      for (const fx of list as any[]) {
        const say = (...x: any[]) => {
          bad++;
          console.log(
            `✗ ${f}: ${fx.name}:`,
            ...x.map((v) => (typeof v === 'string' ? v : inspect(v, { depth: 6, breakLength: 200 }))),
          );
        };
        let input: any;
        if (process.env.V) console.log('#', f, fx.name);
        try {
          input = compileInput(fx.inputs, fx.options);
        } catch (e: any) {
          if (fx.refused && fx.refused.test(`${e.code} ${e.message}`)) {
            ok++;
            continue;
          }
          say('compile', e.message, e.name === 'SchemaProblem' ? e.code : e.stack);
          continue;
        }
        if (fx.refused) {
          say('should be refused', input.schema);
          continue;
        }
        const faults = findFaults(input.schema);
        if (faults.length) say('faults', faults, JSON.stringify(input.schema));
        let validate: any;
        try {
          validate = compileStrict(input.schema);
        } catch (e: any) {
          say('ajv', e.message, JSON.stringify(input.schema));
        }
        const call = createProcedure(fx.inputs);
        for (const [k, list] of [
          ['wire', 'wire' in fx ? [[fx.wire, fx.value]] : []],
          ['also', fx.also ?? []],
          ['repaired', fx.repaired ?? []],
        ] as any)
          for (const [w, v] of list) {
            if (k === 'wire' && validate && !validate(w))
              say('ajv refuses', w, JSON.stringify(input.schema), JSON.stringify(validate.errors));
            if (k === 'also' && validate && w !== undefined && !validate(w))
              say('note: ajv refuses also', w, JSON.stringify(input.schema));
            if (k === 'repaired' && validate && validate(w)) say('note: ajv accepts repaired', w);
            const r: any = await callOverWire(call, input, w);
            if (r.error) {
              say(k, 'error', w, r.error.message.slice(0, 300), JSON.stringify(input.schema));
              continue;
            }
            const got = r.value;
            if (fx.check) {
              if (!fx.check(got)) say('check', got);
            } else if (!isDeepStrictEqual(got, v) && !(got instanceof ReadableStream))
              say(k, 'got', got, 'want', v);
            else ok++;
          }
        for (const [w, p, says] of fx.invalid ?? []) {
          const r: any = await callOverWire(call, input, w);
          if (!r.error) {
            say('accepted invalid', w, r.value);
            continue;
          }
          const err = r.error.cause ?? r.error;
          const issues = input.explain(err, w);
          if (!issues) {
            say('no explain', err.name, err.message);
            continue;
          }
          const text = issues.map((i: any) => `${i.path}: ${i.message}`).join('\n');
          if (p !== undefined && !issues.some((i: any) => i.path === p)) say('path', w, p, text);
          else if (says && !issues.some((i: any) => says.test(i.message))) say('says', String(says), text);
          else ok++;
        }
      }
  }
  console.log('ok', ok, 'bad', bad);
  const { outputs } = await import('../test/schema/fixtures/outputs.ts');
  for (const o of outputs) {
    try {
      const out = compileOutput(o.output, o.options as any);
      const { json } = await out.encode(o.value);
      if (!isDeepStrictEqual(JSON.parse(JSON.stringify(json)), o.json))
        console.log('✗ out', o.name, inspect(json), inspect(o.json));
      const dec = out.decode(JSON.parse(JSON.stringify(json)));
      if (!isDeepStrictEqual(dec, 'decoded' in o ? o.decoded : o.value))
        console.log('✗ dec', o.name, inspect(dec));
      if (out.schema) {
        const v = compileStrict(out.schema);
        if (!v(JSON.parse(JSON.stringify(json))))
          console.log('✗ outschema', o.name, JSON.stringify(out.schema));
      }
    } catch (e: any) {
      console.log('✗ out', o.name, e.stack.slice(0, 300));
    }
  }
});
