import { expect, test } from 'vitest';
import fc from 'fast-check';
import { EditError } from './edit-error.ts';
import { JsoncText } from './jsonc.ts';

function set(text: string, path: string[], value: unknown): string {
  const file = new JsoncText(text);
  file.set(path, value);
  return file.toString();
}

test('an empty file gets an object', () => {
  expect(set('', ['a', 'b'], { c: 1 })).toBe('{\n  "a": {\n    "b": {\n      "c": 1\n    }\n  }\n}\n');
  expect(set('\n\n', ['a'], 1)).toBe('{\n  "a": 1\n}\n');
});

test('a file of comments keeps them', () => {
  expect(set('// settings\n', ['a'], 1)).toBe('// settings\n{\n  "a": 1\n}\n');
});

test('an empty object is filled', () => {
  expect(set('{}', ['a'], 1)).toBe('{\n  "a": 1\n}');
  expect(set('{}\n', ['a'], { b: 1 })).toBe('{\n  "a": {\n    "b": 1\n  }\n}\n');
  expect(set('{\n\t"s": {}\n}', ['s', 'a'], 1)).toBe('{\n\t"s": {\n\t\t"a": 1\n\t}\n}');
  expect(set('{\n  // none yet\n}', ['a'], 1)).toBe('{\n  // none yet\n  "a": 1\n}');
});

test('comments stay with what they are about', () => {
  expect(set('{\n  "a": 1, // one\n  "b": 2 // two\n  // the end\n}\n', ['c'], 3)).toBe(
    '{\n  "a": 1, // one\n  "b": 2, // two\n  // the end\n  "c": 3\n}\n',
  );
  expect(set('{\n  "a": 1 /* x */\n}', ['c'], 3)).toBe('{\n  "a": 1, /* x */\n  "c": 3\n}');
});

test('a trailing comma stays a habit', () => {
  expect(set('{\n  "a": 1,\n}', ['b'], 2)).toBe('{\n  "a": 1,\n  "b": 2,\n}');
  expect(set('{\n  "a": 1, // one\n}', ['b'], 2)).toBe('{\n  "a": 1, // one\n  "b": 2,\n}');
});

test('line ends and tabs stay', () => {
  expect(set('{\r\n\t"a": {\r\n\t\t"x": 1\r\n\t}\r\n}\r\n', ['a', 'y'], { z: 1 })).toBe(
    '{\r\n\t"a": {\r\n\t\t"x": 1,\r\n\t\t"y": {\r\n\t\t\t"z": 1\r\n\t\t}\r\n\t}\r\n}\r\n',
  );
  expect(set('{\r\n    "a": "x"\r\n}', ['a'], { z: 1 })).toBe(
    '{\r\n    "a": {\r\n        "z": 1\r\n    }\r\n}',
  );
});

test('a file of one line stays one', () => {
  expect(set('{"a":{"b":1}}', ['a', 'c'], { d: 2 })).toBe('{"a":{"b":1,"c":{"d":2}}}');
  expect(set('{"a":{}}', ['a', 'c'], { d: 2 })).toBe('{"a":{"c":{"d":2}}}');
  expect(set('{"a":{"b":1}}', ['e'], 1)).toBe('{"a":{"b":1},"e":1}');
});

test('brackets on the line of a member do not get in the way', () => {
  expect(set('{ "a": 1,\n  "b": 2 }\n', ['c'], 3)).toBe('{ "a": 1,\n  "b": 2,\n  "c": 3\n}\n');
});

test('a value that is there already is not written again', () => {
  const text = '{"a":   [1,2 /* two */]}';
  expect(set(text, ['a'], [1, 2])).toBe(text);
});

test('null counts as an empty table', () => {
  expect(set('{"a": null, "b": 1}', ['a', 'c'], 2)).toBe('{"a": {"c":2}, "b": 1}');
});

test('a member is taken out with its comma, and nothing else moves', () => {
  const without = (text: string, path: string[]) => {
    const file = new JsoncText(text);
    file.remove(path);
    return file.toString();
  };
  const text = '{\n  "s": { "a": 1, // one\n    "b": 2, /* two */\n    "c": 3, }\n}';
  expect(without(text, ['s', 'a'])).toBe('{\n  "s": { "b": 2, /* two */\n    "c": 3, }\n}');
  expect(without(text, ['s', 'b'])).toBe('{\n  "s": { "a": 1, // one\n    "c": 3, }\n}');
  expect(JSON.parse(without('{"s": {"a": 1, "b": 2}}', ['s', 'b']))).toEqual({ s: { a: 1 } });
  expect(without('{"s": {"a": 1}}', ['s', 'a'])).toBe('{"s": {}}');
  expect(without('{"s": {"a": 1}}', ['s', 'x'])).toBe('{"s": {"a": 1}}');
});

test('names that objects have of their own are names like others', () => {
  expect(JSON.parse(set('{"s":{}}', ['s', 'constructor'], 1))).toEqual({ s: { constructor: 1 } });
  expect(new JsoncText('{"s":{}}').get(['s', 'toString'])).toBeUndefined();
});

test('what is not JSON is refused with its place', () => {
  const fault = (text: string, path: string[] = ['a', 'b']) => {
    try {
      set(text, path, 1);
    } catch (error) {
      if (error instanceof EditError)
        return { message: error.message, line: error.line, column: error.column };
      throw error;
    }
    return undefined;
  };
  expect(fault('{\n  "a": {,}\n}')).toEqual({ message: 'value expected', line: 2, column: 9 });
  expect(fault('{\n  "a": 1\n  "b": 2\n}')).toEqual({ message: 'comma expected', line: 3, column: 3 });
  expect(fault('{"a": 1')).toEqual({ message: 'close brace expected', line: 1, column: 8 });
  expect(fault('[]')).toEqual({ message: 'the file is a list, not an object', line: 1, column: 1 });
  expect(fault('{"a": 1}')).toEqual({ message: '"a" is number, not an object', line: 1, column: 7 });
  expect(fault('{"a": {}, "a": {}}')).toEqual({
    message: '"a" is there twice in the file, and programs disagree on which of them counts',
    line: 1,
    column: 11,
  });
});

test('whatever the style of a file, a new member is added and nothing else changes', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const file = fc.dictionary(fc.string(), value, { maxKeys: 4, noNullPrototype: true });
  const style = fc.constantFrom(undefined, 2, 4, '\t');
  fc.assert(
    fc.property(file, style, fc.boolean(), fc.string(), (given, indent, isCrlf, key) => {
      // JSON has no -0.
      const before = JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
      fc.pre(key !== 'mcpServers' && key !== '__proto__');
      const rendered = JSON.stringify({ ...before, mcpServers: before }, null, indent);
      const text = isCrlf ? rendered.replaceAll('\n', '\r\n') : rendered;
      const written = set(text, ['mcpServers', key], { url: 'https://a.b' });
      expect(JSON.parse(written)).toEqual({
        ...before,
        mcpServers: { ...before, [key]: { url: 'https://a.b' } },
      });
      if (indent !== undefined && isCrlf) expect(written.replaceAll('\r\n', '')).not.toContain('\n');
    }),
  );
});
