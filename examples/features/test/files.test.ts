import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createApp } from '../files.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const digest = createHash('sha256').update('%PDF').digest('hex').slice(0, 8);

describe.each(revisions)('a client of %s', (revision) => {
  const open = async () => {
    const server = await start(createApp());
    const client = await connect(revision, server.url);
    return {
      client,
      async [Symbol.asyncDispose]() {
        await client[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  };

  test('sends a file as an object, or as a data URI', async () => {
    await using opened = await open();
    const kept = { name: 'scan.pdf', type: 'application/pdf', size: 4, sha256: digest };
    const scan = { name: 'scan.pdf', mimeType: 'application/pdf', data: base64('%PDF') };
    const args = { customer: 'c1', scan };
    expect((await opened.client.call('upload', args)).structured).toEqual(kept);
    const uri = `data:application/pdf;base64,${scan.data}`;
    const { structured } = await opened.client.call('upload', { customer: 'c1', scan: uri });
    expect(structured).toMatchObject({ type: 'application/pdf', size: 4, sha256: kept.sha256 });
  });

  test('reads why a file is refused', async () => {
    await using opened = await open();
    const scan = { name: 'a.txt', mimeType: 'text/plain', data: base64('hi') };
    const refused = await opened.client.call('upload', { customer: 'c1', scan });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain('BAD_REQUEST: the arguments are not valid');
    expect(refused.text).toContain('scan');
    const broken = await opened.client.call('upload', { customer: 'c1', scan: { ...scan, data: '%%' } });
    expect(broken.text).toContain('scan: expected a file as { "name"?, "mimeType"?, "data": base64 }');
  });

  test('sends bytes as base64', async () => {
    await using opened = await open();
    const { text } = await opened.client.call('digest', { bytes: base64('%PDF') });
    expect(text).toContain(digest);
  });

  test('gets a picture as an image', async () => {
    await using opened = await open();
    const { content } = await opened.client.any.callTool({ name: 'chart', arguments: {} });
    expect(content).toContainEqual({
      type: 'image',
      mimeType: 'image/png',
      data: expect.stringMatching(/^iVBOR/),
    });
  });

  test('gets a text file inside of other data as an attachment', async () => {
    await using opened = await open();
    const { content } = await opened.client.any.callTool({ name: 'letter', arguments: {} });
    const [first, second] = content as { text?: string }[];
    expect(JSON.parse(first?.text ?? '')).toEqual({
      to: 'Ada',
      attachment: { name: 'letter.txt', mimeType: 'text/plain', size: 8, uri: 'attachment:1' },
    });
    expect(second).toMatchObject({
      type: 'resource',
      resource: { uri: 'attachment:1', mimeType: 'text/plain', text: 'Dear Ada' },
    });
  });

  test('gets a large file as a link, and reads it there', async () => {
    await using opened = await open();
    const call = async (year: string) => {
      const { content } = await opened.client.any.callTool({ name: 'report', arguments: { year } });
      return content as { type: string; uri?: string }[];
    };
    const link = (await call('2026')).find(({ type }) => type === 'resource_link');
    expect(link).toMatchObject({ uri: 'reports://2026', mimeType: 'text/csv' });
    const { contents } = await opened.client.any.readResource({ uri: link!.uri! });
    const [file] = contents as { blob: string }[];
    expect(file).toMatchObject({ uri: 'reports://2026', mimeType: 'text/csv' });
    expect(Buffer.from(file!.blob, 'base64').toString()).toMatch(/^month,total\njanuary/);
    expect((await call('2025')).map(({ type }) => type)).not.toContain('resource_link');
  });
});

test('a body that is larger than maxBodyBytes is refused', async () => {
  await using server = await start(createApp());
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: 'x'.repeat(9 * 1024 * 1024),
  });
  expect([response.status, await response.json()]).toMatchObject([
    413,
    { error: { message: expect.stringContaining('raise the option maxBodyBytes') } },
  ]);
});
