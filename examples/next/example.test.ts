import { describeHttpExample } from 'example-testing';

describeHttpExample(new URL('.', import.meta.url), (printed) => {
  const [, url] = /Local:\s+(http:\/\/\S+)[^]*Ready/.exec(printed) ?? [];
  return url && `${url}/api/mcp`;
});
