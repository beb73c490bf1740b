import { createApp } from './app.ts';
import { readProduction } from './production.ts';

const { PORT: port = '3000', NODE_ENV: environment } = process.env;
const url = process.env['PUBLIC_URL'] ?? `http://127.0.0.1:${port}`;

const app = await createApp(url, environment === 'production' ? readProduction(process.env) : {});
app.listen(Number(port), '127.0.0.1', () => {
  console.log(`${url}/mcp (sign in as ada or ben, with the password "open sesame")`);
});
