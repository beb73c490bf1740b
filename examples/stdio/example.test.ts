import { describeStdioExample } from 'example-testing';

describeStdioExample(new URL('.', import.meta.url));
