/** Makes a function that makes a value when it is first asked for it, and then returns the same one. */
export function once<TValue>(make: () => TValue): () => TValue {
  let made: { value: TValue } | undefined;
  return () => (made ??= { value: make() }).value;
}
