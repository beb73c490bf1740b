const { createExpressMiddleware } = require('@trpc/server/adapters/express');
const { mcpHandler } = require('@trpc-mcp/core/express');
const express = require('express');
const { appRouter } = require('./router.js');

/** @param {{ req: express.Request }} options */
const createContext = ({ req }) => ({ author: req.get('x-author') ?? 'somebody' });

const app = express();
app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext }));
app.use('/mcp', mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' }));

module.exports = { app };
