import type { Section } from '../section.ts';
import { measureCalls, measureControl, measureFloor, measureRivals } from './calls.ts';
import { measureCold } from './cold.ts';
import { measureLists } from './lists.ts';
import { measureMemory } from './memory.ts';
import { measureMount } from './mount.ts';
import { measureOptions, measureSdk } from './options.ts';
import { measureSurvey } from './survey.ts';
import { measureTypeChecks } from './type-checks.ts';

/** The sections by name, in the order in which they run. */
export const sections = {
  calls: measureCalls,
  floor: measureFloor,
  options: measureOptions,
  sdk: measureSdk,
  lists: measureLists,
  rivals: measureRivals,
  mount: measureMount,
  cold: measureCold,
  memory: measureMemory,
  types: measureTypeChecks,
  survey: measureSurvey,
} as const satisfies Record<string, Section>;

export type SectionName = keyof typeof sections;

/** Runs before the others and after them. It decides whether the rest can be read. */
export const control: Section = measureControl;

/** The sections that are asked for, or all of them. Throws on a name that no section has. */
export function pickSections(names: readonly string[]): SectionName[] {
  const all = Object.keys(sections) as SectionName[];
  for (const name of names) {
    if (!all.includes(name as SectionName))
      throw new Error(`There is no section "${name}". Choose from: ${all.join(', ')}`);
  }
  return names.length === 0 ? all : all.filter((name) => names.includes(name));
}
