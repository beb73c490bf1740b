export {
  type AccessAnswer,
  type AccessInputs,
  type AccessOptions,
  type AccessReport,
  compareAccess,
} from './access.ts';
export { type Verdict } from './verdict.ts';
