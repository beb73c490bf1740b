import type { Tool } from '@modelcontextprotocol/client';
import { badgesOf } from './badge.ts';

/** The badges of a tool. In a list the meaning is a tooltip; `isWhole` says it in words beside. */
export function BadgeList({ tool, isWhole = false }: { tool: Tool; isWhole?: boolean }) {
  const badges = badgesOf(tool);
  if (isWhole)
    return (
      <ul className="badge-meanings">
        {badges.map(({ kind, label, meaning }) => (
          <li key={kind}>
            <span className={`badge ${kind}`}>{label}</span> {meaning}
          </li>
        ))}
      </ul>
    );
  // A list of a thousand tools would be noisy with what most of them have not.
  return (
    <span className="badges">
      {badges
        .filter(({ kind }) => kind !== 'noOutput')
        .map(({ kind, label, meaning }) => (
          <span key={kind} className={`badge ${kind}`} title={meaning}>
            {label}
          </span>
        ))}
    </span>
  );
}
