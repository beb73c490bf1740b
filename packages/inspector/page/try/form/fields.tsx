import getDefaultRegistry from '@rjsf/core/lib/getDefaultRegistry.js';
import type { FieldProps, RegistryFieldsType } from '@rjsf/utils';
import { useState } from 'react';
import { findOption, startOf } from './arguments.ts';
import { type FormSchema, deref, isSchema } from './form-schema.ts';

const own = getDefaultRegistry().fields;
const ObjectField = own['ObjectField']!;
const ArrayField = own['ArrayField']!;

/** The fields that differ from the form library's own: an optional object or list can be left out, and unions. */
export const fields: RegistryFieldsType = {
  ObjectField: (props) => <Optional {...props} Inner={ObjectField} />,
  ArrayField: (props) => <Optional {...props} Inner={ArrayField} />,
  AnyOfField: UnionField,
  OneOfField: UnionField,
};

type Inner = NonNullable<RegistryFieldsType[string]>;

/** An object or list that is optional has to be added before its fields are shown, so that an empty one can be told from none. */
function Optional({ Inner, ...props }: FieldProps & { Inner: Inner }) {
  const { schema, formData, required, fieldPathId, onChange, registry, errorSchema } = props;
  const label = props.title ?? schema.title ?? props.name;
  if (fieldPathId.path.length === 0 || required)
    return <Inner {...props} formData={padTuple(schema, formData)} />;
  if (formData === undefined || formData === null) {
    const start = () => startOf(schema, registry.rootSchema) ?? (schema.type === 'array' ? [] : {});
    return (
      <div className="field-optional">
        <button
          type="button"
          id={fieldPathId.$id}
          onClick={() => onChange(start(), fieldPathId.path, errorSchema)}
        >
          Add {label}
        </button>
        {schema.description && <p className="field-hint">{schema.description}</p>}
      </div>
    );
  }
  return (
    <div className="field-optional">
      <Inner {...props} formData={padTuple(schema, formData)} />
      <button type="button" onClick={() => onChange(undefined, fieldPathId.path, errorSchema)}>
        Leave out {label}
      </button>
    </div>
  );
}

/** The fields of a list of fixed length are shown from the start. */
function padTuple(schema: FormSchema, data: unknown): unknown {
  if (!Array.isArray(schema.items)) return data;
  const items = Array.isArray(data) ? (data as unknown[]) : [];
  const missing = Math.max(0, schema.items.length - items.length);
  return missing > 0 || data === undefined
    ? [...items, ...Array.from({ length: missing }, () => undefined)]
    : data;
}

/** A value that has one of several schemas: which one, and then its fields. */
function UnionField(props: FieldProps) {
  const { schema, formData, fieldPathId, onChange, registry, errorSchema, required, name } = props;
  const root: FormSchema = registry.rootSchema;
  const raw = schema.anyOf ?? schema.oneOf ?? [];
  const options = raw.filter<FormSchema>(isSchema);
  const [chosen, setChosen] = useState(() => initialOption(options, formData, root));
  const { SchemaField } = registry.fields as Required<RegistryFieldsType>;
  const label = schema.title ?? name;
  const id = `${fieldPathId.$id}/kind`;
  const option = options[chosen];
  const choose = (next: number) => {
    setChosen(next);
    const start = next === -1 ? undefined : startOf(options[next]!, root);
    onChange(start, fieldPathId.path, errorSchema);
  };
  const hasField = option !== undefined && !isConstant(deref(option, root));
  return (
    <div className="field-union">
      <select
        id={id}
        aria-label={`${label}: kind`}
        value={chosen}
        onChange={(event) => choose(Number(event.target.value))}
      >
        <option value={-1}>{required ? 'Choose…' : 'Not sent'}</option>
        {options.map(({ title }, index) => (
          <option key={index} value={index}>
            {title ?? index + 1}
          </option>
        ))}
      </select>
      {hasField && SchemaField && (
        // A new element for each alternative, so that no field keeps the text of another.
        <SchemaField
          {...props}
          key={chosen}
          schema={{ ...option, title: `${label}: ${option.title ?? ''}` }}
          required
        />
      )}
    </div>
  );
}

function initialOption(options: readonly FormSchema[], data: unknown, root: FormSchema): number {
  const found = findOption(options, data, root);
  if (found !== -1) return found;
  // Where `null` is the only other choice, the field itself is shown.
  const open = options.flatMap((option, index) => (isNull(deref(option, root)) ? [] : [index]));
  const [only] = open;
  return open.length === 1 && options[only!]!.type === 'string' ? only! : -1;
}

function isConstant({ format, choices }: FormSchema): boolean {
  return format === 'choice' && Array.isArray(choices) && choices.length === 1;
}

function isNull(option: FormSchema): boolean {
  return isConstant(option) && (option['choices'] as { value: unknown }[])[0]?.value === null;
}
