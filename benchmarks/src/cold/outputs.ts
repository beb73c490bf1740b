/** What esbuild tells of the files that it has written. */
export type Outputs = Record<
  string,
  { entryPoint?: string; imports: readonly { path: string; kind: string }[] }
>;

/** The files that are loaded at the start, beginning with the first, and those that are loaded later. */
export function splitOutputs(outputs: Outputs): [start: string[], later: string[]] {
  const entry = Object.keys(outputs).find((file) => {
    const { entryPoint } = outputs[file]!;
    // What is imported later is an entry point as well, but something imports it.
    const isImported = Object.values(outputs).some(({ imports }) =>
      imports.some(({ path }) => path === file),
    );
    return entryPoint !== undefined && !isImported;
  });
  if (entry === undefined) throw new Error('the bundle has no file to begin with');
  const start = new Set([entry]);
  for (const file of start)
    for (const { path, kind } of outputs[file]!.imports)
      if (kind === 'import-statement' && path in outputs) start.add(path);
  return [[...start], Object.keys(outputs).filter((file) => !start.has(file))];
}
