import { asRecord, asText } from '../parts/record.ts';

/** Says in words what a notification means. */
export function toNoticeWords(method: string, params: unknown): string {
  const { uri, progress, total, message, level, logger, reason, data } = asRecord(params) ?? {};
  switch (method) {
    case 'notifications/tools/list_changed':
      return 'The list of tools has changed. The page reads it again.';
    case 'notifications/resources/list_changed':
      return 'The list of resources has changed. The page reads it again.';
    case 'notifications/prompts/list_changed':
      return 'The list of prompts has changed. The page reads it again.';
    case 'notifications/resources/updated':
      return `The resource ${asText(uri) ?? 'without a URI'} has changed.`;
    case 'notifications/progress':
      return `A call goes on: ${toProgress(progress, total)}${asText(message) ? `, ${asText(message)}` : '.'}`;
    case 'notifications/message':
      return `The endpoint logs, at level ${asText(level) ?? 'unknown'}${asText(logger) ? ` (${asText(logger)})` : ''}: ${toLog(data)}`;
    case 'notifications/cancelled':
      return `The endpoint has cancelled a request${asText(reason) ? `: ${asText(reason)}` : '.'}`;
    case 'notifications/elicitation/complete':
      return 'A question that was asked at another address is answered.';
    default:
      return 'This page does not know this notification.';
  }
}

/** What a filter of the page calls the kinds of notifications. */
export const noticeKinds = {
  lists: 'Lists',
  resources: 'Resources',
  progress: 'Progress',
  logs: 'Log messages',
  others: 'Others',
} as const;

export type NoticeKind = keyof typeof noticeKinds;

/** Says of which kind a notification is. */
export function kindOf(method: string): NoticeKind {
  if (method.endsWith('/list_changed')) return 'lists';
  if (method === 'notifications/resources/updated') return 'resources';
  if (method === 'notifications/progress') return 'progress';
  return method === 'notifications/message' ? 'logs' : 'others';
}

function toProgress(progress: unknown, total: unknown): string {
  if (typeof progress !== 'number') return 'nobody knows how far';
  return typeof total === 'number' ? `${progress} of ${total}` : String(progress);
}

function toLog(data: unknown): string {
  return typeof data === 'string' ? data : (JSON.stringify(data) ?? 'nothing');
}
