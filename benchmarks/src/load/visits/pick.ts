import { abandonKey, cancelInBatch, cancelInSession } from './cancel.ts';
import { endAnywhere, moveCall, moveSession } from './move.ts';
import { abandonStream, listenAgain, resumeStream } from './resume.ts';
import {
  answerTask,
  askForExpired,
  askForUnknown,
  cancelTask,
  hangUpEarly,
  leaveTask,
  pollTask,
} from './task.ts';
import type { Visit } from '../visit.ts';

const visits: readonly Visit[] = [
  cancelInBatch,
  cancelInSession,
  abandonKey,
  pollTask,
  answerTask,
  cancelTask,
  leaveTask,
  hangUpEarly,
  askForUnknown,
  askForExpired,
  resumeStream,
  abandonStream,
  listenAgain,
  moveSession,
  moveCall,
  endAnywhere,
];

/** One of them. */
export function pickVisit(): Visit {
  return visits[Math.floor(Math.random() * visits.length)]!;
}
