import { changeEra } from '../session/connection.ts';
import { era, type Era } from '../session/settings.ts';
import { useStore } from '../store.ts';

/** Chooses the revision of MCP that the page speaks. */
export function EraSwitch() {
  const chosen = useStore(era);
  return (
    <label className="era">
      MCP{' '}
      <select value={chosen} onChange={(event) => void changeEra(event.target.value as Era)}>
        <option value="2026">2026-07-28</option>
        <option value="2025">2025-11-25</option>
      </select>
    </label>
  );
}
