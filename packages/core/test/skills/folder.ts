/** Two skills: one with a reference and a picture, and one in a folder of its own team. */
export const skills = {
  'refunds/SKILL.md':
    '---\nname: refunds\ndescription: Refunds an invoice by the policy of the company\nlicense: MIT\n---\n\nRead references/POLICY.md first.\n',
  'refunds/references/POLICY.md': '# Policy\n\nNo refund after 30 days.\n',
  'refunds/assets/Q&A logo.png': new Uint8Array([137, 80, 78, 71, 0, 255]),
  'billing/month-end/SKILL.md':
    '---\r\nname: month-end\r\ndescription: Closes the books of a month\r\n---\r\n\r\nCall report first.\r\n',
};

/** Skills with these names and nothing else in them. */
export function toSkills(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [`${name}/SKILL.md`, `---\nname: ${name}\ndescription: Does ${name}\n---\n`]),
  );
}
