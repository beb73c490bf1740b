export type { EvalAgent, EvalAgentOptions, EvalAgentResult } from './agent.ts';
export type { EvalCall } from './call.ts';
export type {
  AnswerPattern,
  EvalCase,
  EvalConsent,
  EvalEnd,
  EvalExpectation,
  EvalWorld,
  ExpectedCall,
  ForbiddenCall,
  ToolPattern,
} from './case.ts';
export { compareReports, type EvalChange, type EvalComparison, readReport } from './compare.ts';
export {
  type AnyEvals,
  defineEvals,
  type EvalModel,
  type Evals,
  type EvalsOptions,
  type EvalToolOptions,
  isEvals,
} from './definition.ts';
export { EvalsError, type EvalsErrorCode } from './evals-error.ts';
export { writeJUnit } from './junit.ts';
export { writeMarkdown } from './markdown.ts';
export type { AsymmetricMatcher, EvalPattern } from './pattern.ts';
export type { EvalPerson } from './person.ts';
export {
  emptyRecord,
  type EvalRecord,
  readRecord,
  type RecordedCall,
  type RecordedCase,
  type RecordedResponse,
  type RecordedTool,
  writeRecord,
} from './record.ts';
export {
  type EvalCaseReport,
  type EvalReport,
  type EvalRun,
  type EvalStatus,
  type EvalTokens,
  type EvalTotals,
  explainCase,
  isGood,
} from './report.ts';
export { type EvalsRun, runEvals, type RunEvalsOptions } from './run-evals.ts';
export type { StaleReason } from './staleness.ts';
export { testEvals, type TestEvalsOptions } from './test-evals.ts';
