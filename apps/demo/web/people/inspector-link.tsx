import { toInspectorLink } from '../../src/sample/tour.ts';
import type { Person } from './person.ts';

/** Opens the inspector signed in as a person, in another tab, so that this page stays to watch. */
export function InspectorLink({ person }: { person: Person }) {
  return (
    <a href={toInspectorLink('/mcp', person.token)} target="_blank" rel="noopener">
      Open the inspector as {person.firstName}
    </a>
  );
}
