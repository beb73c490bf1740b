/** Words a problem that the SDK has found for the developer: it says what to change. */
export function toAdvice(message: string, folder: string): string {
  for (const [pattern, advise] of advices) {
    const [found, ...groups] = pattern.exec(message) ?? [];
    if (found !== undefined) return advise(folder, groups);
  }
  return `${message}; the rules are at https://agentskills.io/specification`;
}

type Advise = (folder: string, groups: readonly string[]) => string;

const advices: [pattern: RegExp, advise: Advise][] = [
  [
    /must begin with a "---" line/,
    (folder) =>
      `it has no frontmatter; begin the file with three lines of their own, ---, name: ${folder} and description: …, and end them with ---`,
  ],
  [/no closing "---" line/, () => 'its frontmatter does not end; write a line --- after it'],
  [
    /must contain string "name" and "description"/,
    (folder) =>
      `its frontmatter has to have name: ${folder} and description: …, and both have to be texts; put a text that looks like a number or a flag in quotes`,
  ],
  [
    /^frontmatter name "(.*)" must match/s,
    (folder, [name]) =>
      `its name is ${JSON.stringify(name)} and its folder is ${JSON.stringify(folder)}; they have to be equal, so rename one of them`,
  ],
  [
    /^frontmatter name "(.*)" must be/s,
    (_folder, [name]) =>
      `its name is ${JSON.stringify(shorten(name!))}; a name has 1 to 64 lower-case letters, digits and single hyphens, such as monthly-report; rename it, and its folder too`,
  ],
  [
    /description must be 1-1024/,
    () =>
      'its description has to have 1 to 1,024 characters; say in it when to use the skill, and the rest below the frontmatter',
  ],
  [/^SKILL\.md frontmatter: (.*)/s, (_folder, [reason]) => `its frontmatter cannot be read: ${reason}`],
];

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
