import { describeHttpExample } from 'example-testing';

describeHttpExample(new URL('.', import.meta.url));
