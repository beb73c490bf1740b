import { assertType, expectTypeOf, it } from 'vitest';
import type { WireCodec } from './codec.ts';
import { mcpContent, type McpContent } from './content.ts';
import { compileInput, type Input, type SchemaOptions } from './input.ts';
import type { Encoded, Output } from './output.ts';

class Money {
  readonly cents = 1;
}

it('types what a codec decodes to and encodes from by its class', () => {
  assertType<WireCodec<Money>>({
    class: Money,
    schema: { type: 'string' },
    decode: () => new Money(),
    encode: (money) => money.cents,
  });
  // @ts-expect-error decode must give what the class makes
  assertType<WireCodec<Money>>({ class: Money, schema: {}, decode: () => 'money', encode: String });
  assertType<WireCodec>({ class: 'Money', schema: {}, decode: () => new Money(), encode: String });
  assertType<WireCodec>({ parser: (schema: unknown) => schema === 1, class: File });
  assertType<WireCodec>({ parser: {}, class: File });
  // @ts-expect-error a name is of a class of the app, and so needs a schema
  assertType<WireCodec>({ parser: {}, class: 'File' });
  // @ts-expect-error a class alone says nothing
  assertType<WireCodec>({ class: File });
});

it('knows its options', () => {
  assertType<SchemaOptions>({ repair: false, codecs: [], converters: { valibot: () => ({}) } });
  // @ts-expect-error a typo
  assertType<SchemaOptions>({ repairs: false });
  assertType<SchemaOptions>({ unknownArguments: 'pass' });
  // @ts-expect-error there are two ways
  assertType<SchemaOptions>({ unknownArguments: 'drop' });
  expectTypeOf<SchemaOptions['unknownArguments']>().toEqualTypeOf<'refuse' | 'pass' | undefined>();
});

it('gives no any', () => {
  expectTypeOf(compileInput([])).toEqualTypeOf<Input>();
  expectTypeOf<Output['encode']>().returns.toEqualTypeOf<Encoded | Promise<Encoded>>();
  expectTypeOf<Encoded['json']>().toBeUnknown();
  expectTypeOf(mcpContent([])).toEqualTypeOf<McpContent>();
  // @ts-expect-error an image needs data
  mcpContent([{ type: 'image', mimeType: 'image/png' }]);
});
