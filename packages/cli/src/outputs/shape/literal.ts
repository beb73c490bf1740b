import type ts from 'typescript-6';
import type { Compiler } from '../compiler.ts';
import type { Schema } from './schema.ts';

/** The literals of a union, gathered by kind, so that `'a' | 'b'` becomes one `enum`. */
export class Literals {
  readonly #texts = new Set<string>();
  readonly #numbers = new Map<number, string | undefined>();
  /** The members of enums whose values may be combined. */
  readonly #flags = new Map<ts.EnumDeclaration, Set<ts.Symbol>>();
  readonly #bigints = new Set<string>();
  readonly #booleans = new Set<boolean>();
  readonly #compiler: Compiler;

  constructor(compiler: Compiler) {
    this.#compiler = compiler;
  }

  /** Adds a type if it is a literal, and says whether it is one. */
  add(type: ts.Type): boolean {
    const { TypeFlags } = this.#compiler;
    if (type.flags & TypeFlags.StringLiteral) this.#texts.add((type as ts.StringLiteralType).value);
    else if (type.flags & TypeFlags.NumberLiteral) this.#addNumber(type as ts.NumberLiteralType);
    else if (type.flags & TypeFlags.BigIntLiteral) {
      const { negative, base10Value } = (type as ts.BigIntLiteralType).value;
      this.#bigints.add(`${negative ? '-' : ''}${base10Value}`);
    } else if (type.flags & TypeFlags.BooleanLiteral) {
      // The name of a boolean literal is in a field that is not public.
      this.#booleans.add((type as ts.Type & { intrinsicName?: string }).intrinsicName === 'true');
    } else return false;
    return true;
  }

  #addNumber(type: ts.NumberLiteralType): void {
    const isOfEnum = (type.flags & this.#compiler.TypeFlags.EnumLiteral) !== 0;
    this.#numbers.set(type.value, isOfEnum ? type.symbol.name : undefined);
    const declaration = isOfEnum ? type.symbol.valueDeclaration?.parent : undefined;
    if (declaration && this.#compiler.isEnumDeclaration(declaration)) {
      const members = this.#flags.get(declaration) ?? new Set();
      this.#flags.set(declaration, members.add(type.symbol));
    }
  }

  /** Whether an enum is there as a whole, and its values are bits: then the value may be a sum of some. */
  #areFlags(): boolean {
    const values = [...this.#numbers.keys()].filter((value) => value !== 0);
    const areBits = values.length > 2 && values.every((value) => Number.isInteger(Math.log2(value)));
    return [...this.#flags].some(([{ members }, found]) => {
      const isWhole = members.length > 1 && found.size === members.length;
      return isWhole && (areBits || members.some(({ initializer }) => this.#makesBits(initializer)));
    });
  }

  #makesBits(initializer: ts.Expression | undefined): boolean {
    const { SyntaxKind } = this.#compiler;
    if (initializer === undefined || !this.#compiler.isBinaryExpression(initializer)) return false;
    const { kind } = initializer.operatorToken;
    return kind === SyntaxKind.LessThanLessThanToken || kind === SyntaxKind.BarToken;
  }

  /** Their schemas. A kind that the union has as a whole too is left out. */
  toSchemas(whole: ReadonlySet<string>): Schema[] {
    const schemas: Schema[] = [];
    const texts = [...this.#texts].toSorted();
    if (texts.length > 0 && !whole.has('string')) schemas.push({ type: 'string', enum: texts });
    const numbers = [...this.#numbers.keys()].toSorted((one, other) => one - other);
    if (numbers.length > 0 && !whole.has('number')) schemas.push(this.#toNumbers(numbers));
    const bigints = [...this.#bigints].toSorted();
    if (bigints.length > 0 && !whole.has('bigint')) schemas.push({ type: 'string', enum: bigints });
    const [only, other] = [...this.#booleans];
    if (other !== undefined) schemas.push({ type: 'boolean' });
    else if (only !== undefined) schemas.push({ type: 'boolean', const: only });
    return schemas;
  }

  #toNumbers(numbers: readonly number[]): Schema {
    const finite = numbers.filter((each) => Number.isFinite(each));
    const values = finite.length === 1 ? { const: finite[0] } : { enum: finite };
    const names = finite.map((each) => this.#numbers.get(each));
    const isNamed = names.every((name) => name !== undefined);
    const labels = finite.map((each, index) => `${each}: ${names[index]!}`).join(', ');
    if (finite.length === 0) return { type: 'null' };
    return { type: 'number', ...(!this.#areFlags() && values), ...(isNamed && { description: labels }) };
  }
}

/** The schema of a template literal type, such as `` `user_${number}` ``. */
export function toTemplate(type: ts.TemplateLiteralType, { TypeFlags }: Compiler): Schema {
  const parts = type.types.map((part): string | undefined => {
    if (part.flags & TypeFlags.Number) return String.raw`-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?`;
    if (part.flags & TypeFlags.BigInt) return '-?[0-9]+';
    if (part.flags & TypeFlags.TemplateLiteral) {
      const { pattern } = toTemplate(part as ts.TemplateLiteralType, { TypeFlags } as Compiler);
      return (pattern as string).slice(1, -1);
    }
    return '(?:.|\\n|\\r){0,}';
  });
  const pattern = type.texts.map((text, index) => escapePattern(text) + (parts[index] ?? '')).join('');
  return { type: 'string', pattern: `^${pattern}$` };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
