import { describe, expect, it } from 'vitest';
import { roles } from '../test/demo.ts';
import { tokens } from './sample/cast.ts';
import { welcomeText } from './welcome.ts';

describe('the start-up text', () => {
  const text = welcomeText('http://127.0.0.1:3000', '/data');

  it('begins with what to open in a browser, and has the MCP address on a line of its own', () => {
    const urls = [...text.matchAll(/http:\S+/g)].map(([url]) => url);
    expect(urls.slice(0, 5)).toEqual([
      'http://127.0.0.1:3000/',
      'http://127.0.0.1:3000/chat',
      'http://127.0.0.1:3000/mcp',
      'http://127.0.0.1:3000/trpc',
      'http://127.0.0.1:3000/mcp',
    ]);
    expect(text).toMatch(/^ {2}MCP +http:\/\/127\.0\.0\.1:3000\/mcp$/m);
  });

  it('names the chat', () => {
    expect(text).toMatch(/^ {2}http:\/\/127\.0\.0\.1:3000\/chat +an agent in the app: /m);
  });

  it('names the inspector, the chart and whoami', () => {
    expect(text).toMatch(/^ {2}http:\/\/127\.0\.0\.1:3000\/mcp +the inspector: /m);
    expect(text).toMatch(/MCP Apps.+\n.+chart\. The tool whoami says who is signed in/);
  });

  it('says where one becomes somebody else, and where one ends a connection', () => {
    expect(text).toMatch(/^ {2}http:\/\/127\.0\.0\.1:3000\/login +sign in as somebody else, or out$/m);
    expect(text).toMatch(/^ {2}http:\/\/127\.0\.0\.1:3000\/oauth\/connections +what you have connected/m);
  });

  it('names every token', () => {
    for (const role of roles) expect(text).toContain(`${tokens[role].token} `);
  });

  it('has configuration that is JSON and leads to the MCP endpoint', () => {
    const blocks = [...text.matchAll(/^ {2}\{$[^]*?^ {2}\}$/gm)].map(
      ([block]) => JSON.parse(block) as unknown,
    );
    const headers = { Authorization: 'Bearer demo-admin' };
    const url = 'http://127.0.0.1:3000/mcp';
    expect(blocks).toEqual([
      {
        mcpServers: {
          demo: {
            command: 'npx',
            args: ['-y', 'mcp-remote', url, '--header', 'Authorization:${AUTH_HEADER}'],
            env: { AUTH_HEADER: 'Bearer demo-admin' },
          },
        },
      },
      { mcpServers: { demo: { url, headers } } },
      { servers: { demo: { type: 'http', url, headers } } },
    ]);
    expect(text).toContain(
      `claude mcp add --transport http demo ${url} --header "Authorization: Bearer demo-admin"`,
    );
  });
});
