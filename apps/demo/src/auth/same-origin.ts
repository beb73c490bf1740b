import type { RequestHandler } from 'express';

/** Refuses what another website sends with the cookie of the person who looks at it. */
export const refuseOthers: RequestHandler = ({ headers }, res, next) => {
  const { origin, host } = headers;
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) next();
  else res.status(403).type('text/plain').send('This was sent from another website.\n');
};
