import { describe, expect, it, vi } from 'vitest';
import { describeDemo, expectRefusal } from '../test/demo.ts';
import { tokens } from './sample/cast.ts';

describe('the server', () => {
  describeDemo((demo) => {
    it('says at / what is where to a program', async () => {
      const response = await fetch(demo.url);
      expect(response.headers.get('content-type')).toContain('text/plain');
      expect(await response.text()).toContain('/mcp');
    });

    it('tells who follows a stream when to connect again', async () => {
      const stop = new AbortController();
      const headers = { accept: 'text/event-stream', authorization: `Bearer ${tokens.viewer.token}` };
      const { body } = await fetch(`${demo.url}/trpc/activity.watch`, { headers, signal: stop.signal });
      const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!text.includes('\n\n')) text += (await reader.read()).value;
      expect(text).toContain('event: connected\ndata: {"reconnectAfterInactivityMs":45000}\n');
      stop.abort();
    });

    it('keeps SQL out of the answer when a query fails, and logs it', async () => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => {});
      const broken = vi.spyOn(demo.db, 'select').mockImplementation(() => {
        throw new Error('select secret from vault');
      });
      try {
        await expectRefusal(
          demo.as('admin').users.me.query(),
          'INTERNAL_SERVER_ERROR',
          /^Something went wrong/,
        );
        expect(log.mock.calls.flat().map(String).join()).toContain('vault');
      } finally {
        broken.mockRestore();
        log.mockRestore();
      }
    });
  });
});
