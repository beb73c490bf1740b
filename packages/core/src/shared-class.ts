/**
 * Lets `instanceof` hold for objects of the same class in another copy of this package, such as the one that `require`
 * loads beside the one that `import` loads. A subclass is asked as ever.
 */
export function shareClass(Class: Function, name: string): void {
  const mark = Symbol.for(`trpc-mcp.${name}`);
  Object.defineProperty(Class.prototype, mark, { value: true });
  Object.defineProperty(Class, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== Class) return Function.prototype[Symbol.hasInstance].call(this, value);
      return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[mark] === true;
    },
  });
}
