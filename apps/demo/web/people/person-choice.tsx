import { people, type Person } from './person.ts';

/** Chooses the person with whose token this page asks the router. */
export function PersonChoice({ person, onChoose }: { person: Person; onChoose: (person: Person) => void }) {
  return (
    <fieldset className="choice">
      <legend>This page looks as</legend>
      {people.map((one) => (
        <label key={one.role}>
          <input
            type="radio"
            name="person"
            checked={one.role === person.role}
            onChange={() => onChoose(one)}
          />
          {one.name} <span className="faint">{one.role}</span>
        </label>
      ))}
    </fieldset>
  );
}
