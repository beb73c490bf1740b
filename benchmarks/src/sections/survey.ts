import { toSurveyTables } from '../report/survey.ts';
import type { Section } from '../section.ts';
import { measureAllCalls } from './all-calls.ts';
import { measureGrowth } from './growth.ts';
import { measureKinds } from './kinds.ts';
import { fewTools } from './sides.ts';
import { measureTools } from './tools.ts';

/** An overview of all targets, of sizes and of kinds, in less time for each than a comparison has. */
export const measureSurvey: Section = async ({ scale: { survey } }) => {
  const calls = await measureAllCalls(fewTools, survey);
  const tools = await measureTools([10, 100, 1000], survey);
  const kinds = await measureKinds(survey);
  const growth = await measureGrowth(survey);
  return { rows: [], tables: toSurveyTables({ calls, tools, kinds, growth }, survey) };
};
