import { listen, type Start } from '../app/listen.ts';

export const express: Start = async () => {
  const { default: createExpress } = await import('express');
  const app = createExpress();
  app.use((req, res) => {
    // The body has to be read, so that the connection is at rest.
    req.resume();
    req.on('end', () => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: {}\n\n');
    });
  });
  return listen(app);
};
