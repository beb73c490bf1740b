import { readFile } from 'node:fs/promises';
import { listen, type Start } from '../app/listen.ts';

export const express: Start = async ({ file }) => {
  const { default: createExpress } = await import('express');
  const bytes = await readFile(file!);
  const app = createExpress();
  app.use('/mcp', (_, res) => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    res.end(bytes);
  });
  return listen(app);
};
