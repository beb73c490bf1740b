import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApp, notesApp } from './app.ts';
import { run } from './run.ts';
import { loadPty, openTty } from './tty.ts';

const call = ['call', 'src/router.ts'];
const ctx = ['--ctx', 'src/ctx.ts'];

test('calls a tool by its name and by the path of its procedure', async () => {
  const cwd = createApp(notesApp);
  const expected = {
    code: 0,
    stdout: '[{"id":1,"text":"Buy milk"},{"id":2,"text":"Call Ada"}]\n',
    stderr: '',
  };
  expect(await run([...call, 'notes_list', ...ctx], { cwd })).toEqual(expected);
  expect(await run([...call, 'notes.list', ...ctx], { cwd })).toEqual(expected);
});

test('reads arguments as the schema wants them', async () => {
  const cwd = createApp({ ...notesApp, 'text.txt': 'from a file' });
  const add = async (args: string[], input?: string): Promise<unknown> => {
    const { stdout, stderr, code } = await run([...call, 'notes_add', ...ctx, ...args], {
      cwd,
      ...(input !== undefined && { input }),
    });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    return JSON.parse(stdout) as unknown;
  };
  expect(
    await add(['--arg', 'text=007', '--arg', 'tags=a', '--arg', 'tags=b', '--arg', 'at.city=Bern']),
  ).toEqual({
    text: '007',
    tags: ['a', 'b'],
    at: { city: 'Bern' },
    by: 'ada',
  });
  expect(await add(['-a', 'text=@text.txt', '-a', 'tags:=["x"]'])).toEqual({
    text: 'from a file',
    tags: ['x'],
    by: 'ada',
  });
  expect(await add(['{"text":"a","tags":[]}', '-a', 'text=@@b'])).toEqual({
    text: '@b',
    tags: [],
    by: 'ada',
  });
  expect(await add(['-'], '{"text":"from standard input"}')).toEqual({
    text: 'from standard input',
    by: 'ada',
  });
});

test('ends with 1 and the words that a model reads when a tool fails', async () => {
  const cwd = createApp(notesApp);
  expect(await run([...call, 'notes_list'], { cwd })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'UNAUTHORIZED: Sign in first. (WWW-Authenticate: Bearer)\n',
  });
  const { code, stderr } = await run([...call, 'notes_add', '{"text":1,"tagz":[]}', ...ctx], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain('tagz');
  const { code: asJson, stdout } = await run([...call, 'notes_list', '--json'], { cwd });
  expect(asJson).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ isError: true, content: [{ type: 'text' }] });
});

test.each([
  [['notes_add', '{text:1}'], 2, 'The arguments are not JSON'],
  [['notes_add', '[]'], 2, 'The arguments are not an object'],
  [['notes_add', '--arg', 'text'], 2, '--arg text has no value'],
  [['notes_add', '--arg', 'text:=x'], 2, 'is not JSON after :='],
  [['notes_add', '--arg', 'text=@nowhere.txt'], 2, 'nowhere.txt could not be read'],
  [['note_add'], 2, 'There is no tool note_add'],
  [['notesadd'], 2, 'Did you mean notes_add?'],
  [['notes_add', '--timeout', '0'], 2, 'more than 0'],
  [['notes_add', '--ctx', 'nowhere.ts'], 3, 'There is no module nowhere.ts'],
])('says what is wrong with %j', async (args, code, words) => {
  const cwd = createApp(notesApp);
  const ran = await run([...call, ...args], { cwd });
  expect(ran.stderr).toContain(words);
  expect(ran).toMatchObject({ code, stdout: '' });
});

test('writes files to a folder, and overwrites none', async () => {
  const cwd = createApp(notesApp);
  for (const name of ['notes_picture.png', 'notes_picture-2.png']) {
    const { stdout } = await run([...call, 'notes_picture', ...ctx, '--output', 'out'], { cwd });
    expect(stdout).toContain(`${join('out', name)}  image/png, 4 bytes`);
    expect([...readFileSync(join(cwd, 'out', name))]).toEqual([137, 80, 78, 71]);
  }
});

test('asks nobody where there is no terminal, and agrees with --yes', async () => {
  const cwd = createApp(notesApp);
  const remove = [...call, 'notes_remove', '--arg', 'id=1', ...ctx];
  const asked = await run(remove, { cwd });
  expect(asked.stderr).toContain('The tool asks: Remove note 1?');
  expect(asked.stderr).toContain('To agree to what a tool asks before it runs, add --yes.');
  expect(asked.code).toBe(2);
  expect(await run([...remove, '--yes'], { cwd })).toEqual({ code: 0, stdout: 'removed 1\n', stderr: '' });
});

const pty = await loadPty();

describe.skipIf(pty === undefined)('on a terminal', () => {
  test('asks what the tool asks, and draws rows as a table', async () => {
    const cwd = createApp(notesApp);
    const yes = openTty(pty!, [...call, 'notes_remove', '-a', 'id=1', ...ctx], { cwd });
    await yes.see('The tool asks: Remove note 1?');
    await yes.see('Do you agree?');
    yes.type('y');
    await yes.see('removed 1');
    expect(await yes.end).toBe(0);

    const rename = openTty(pty!, [...call, 'notes_rename', ...ctx], { cwd });
    await rename.see('Which name?');
    await rename.see('◆  name');
    rename.type('x\r');
    await rename.see('At least 2 characters.');
    rename.type('yz\r');
    await rename.see('loud, optional');
    rename.type('y');
    await rename.see('{"name":"xyz","loud":true}');
    expect(await rename.end).toBe(0);

    const list = openTty(pty!, [...call, 'notes_list', ...ctx], { cwd });
    expect(await list.end).toBe(0);
    expect(
      list
        .text()
        // A slow machine draws a spinner before, and clears it.
        .replaceAll(/[◒◐◓◑] {2}Loading src\/router\.ts\.*/g, '')
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['id  text', '1   Buy milk', '2   Call Ada', '']);
  });

  test('does nothing when the person says no or leaves', async () => {
    const cwd = createApp(notesApp);
    const no = openTty(pty!, [...call, 'notes_remove', '-a', 'id=1', ...ctx], { cwd });
    await no.see('Do you agree?');
    no.type('n');
    expect(await no.end).toBe(1);
    expect(no.text()).not.toContain('removed');

    const left = openTty(pty!, [...call, 'notes_remove', '-a', 'id=1', ...ctx], { cwd });
    await left.see('Do you agree?');
    left.type('\x03');
    expect(await left.end).toBe(130);
    expect(left.text()).not.toContain('removed');
  });
});
