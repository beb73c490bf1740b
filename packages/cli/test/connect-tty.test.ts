import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApp, notesApp } from './app.ts';
import { loadPty, openTty } from './tty.ts';

const pty = await loadPty();

describe.skipIf(pty === undefined || process.platform !== 'linux')('connect on a terminal', () => {
  const start = (args: string[]) => {
    const app = createApp({ ...notesApp, '.cursor/mcp.json': '{\n  // mine\n  "mcpServers": {}\n}\n' });
    // Cursor was used here, and the others were not.
    const home = createApp({ '.cursor/here': '' });
    return {
      app,
      ...openTty(pty!, ['connect', 'src/router.ts', ...args], { cwd: app, env: { HOME: home } }),
    };
  };
  const [space, down, enter] = [' ', '\x1b[B', '\r'];

  test('clients are chosen, each change is shown, and what is agreed to is written', async () => {
    const { app, see, type, end, text } = start([]);
    await see('Which clients?');
    // Cursor is marked already; Claude Code is the first of the list.
    type(space);
    type(enter);
    await see('Claude Code (this project)');
    await see('+    "acme": {');
    await see(`Make ${app}/.mcp.json?`);
    type('n');
    await see('Cursor (this project)');
    await see('   // mine');
    await see('Add "acme" to');
    type('y');
    await see(`Wrote ${app}/.cursor/mcp.json`);
    expect(await end).toBe(0);
    expect(existsSync(join(app, '.mcp.json'))).toBe(false);
    const written = readFileSync(join(app, '.cursor/mcp.json'), 'utf8');
    expect(written).toContain('  // mine\n  "mcpServers": {\n    "acme": {\n');
    expect(text()).toContain('cursor://anysphere.cursor-deeplink/mcp/install?name=acme');
  });

  test('Ctrl-C at the last question leaves every file alone', async () => {
    const { app, see, type, end } = start(['--client', 'claude-code', '--client', 'cursor']);
    await see(`Make ${app}/.mcp.json?`);
    type('y');
    await see('Add "acme" to');
    type('\x03');
    expect(await end).toBe(130);
    expect(existsSync(join(app, '.mcp.json'))).toBe(false);
    expect(readFileSync(join(app, '.cursor/mcp.json'), 'utf8')).toBe('{\n  // mine\n  "mcpServers": {}\n}\n');
  });

  test('Ctrl-C at the choice of clients ends it, and "no" to all of them too', async () => {
    const first = start([]);
    await first.see('Which clients?');
    first.type(down);
    first.type('\x03');
    expect(await first.end).toBe(130);
    const second = start(['--client', 'cursor']);
    await second.see('Add "acme" to');
    second.type('n');
    await second.see('Nothing was written.');
    expect(await second.end).toBe(130);
  });
});
