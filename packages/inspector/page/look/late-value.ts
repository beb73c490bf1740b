import { useEffect, useState } from 'react';

/** Something that takes a while to work out, or why it could not be. */
export type LateValue<T> = { value: T } | { error: unknown } | undefined;

/** Works something out after the page was painted. `undefined` until then. */
export function useLateValue<T>(make: () => T, on: readonly unknown[]): LateValue<T> {
  const [late, setLate] = useState<LateValue<T>>();
  useEffect(() => {
    const timer = setTimeout(() => {
      try {
        setLate({ value: make() });
      } catch (error) {
        setLate({ error });
      }
    });
    return () => {
      clearTimeout(timer);
      setLate(undefined);
    };
  }, on);
  return late;
}
