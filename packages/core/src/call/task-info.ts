/** @see https://modelcontextprotocol.io/extensions/tasks/overview */
export type TaskStatus = 'working' | 'input_required' | 'completed' | 'cancelled' | 'failed';

/** What a caller sees of a task of theirs. */
export interface TaskInfo {
  id: string;
  /** The tool whose call it is. */
  tool: { name: string; path: string };
  status: TaskStatus;
  /** What the call has said of its progress, or why the task has failed. */
  statusMessage?: string;
  createdAt: Date;
  lastUpdatedAt: Date;
}
