import { questions } from '../session/questions.ts';
import { useStore } from '../store.ts';

/** The oldest question that waits for the person, as a dialog. */
export function QuestionDialog() {
  const [first] = useStore(questions);
  if (!first) return null;
  return <dialog open>{first.params.message}</dialog>;
}
