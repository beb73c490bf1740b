// Not from the index, which also exports what the library tests itself with.
import Form from '@rjsf/core/lib/components/Form.js';
import type { ErrorSchema, ValidatorType } from '@rjsf/utils';
import { useMemo, useRef } from 'react';
import { isValid, type Problem } from './check.ts';
import { fields } from './fields.tsx';
import { type FormSchema, toWireSchema } from './form-schema.ts';
import { templates } from './templates.tsx';
import { widgets } from './widgets.tsx';

interface SchemaFormProps {
  schema: FormSchema;
  /** What stands in the form at first. Give the component a new `key` to fill it anew. */
  initial: unknown;
  /** Begins the ids of all fields. */
  prefix: string;
  problems: readonly Problem[];
  onChange: (data: unknown) => void;
}

/** A form for a value, drawn from its schema. It has no button: the page sends what `onChange` told last. */
export function SchemaForm({ schema, initial, prefix, problems, onChange }: SchemaFormProps) {
  const first = useRef(initial);
  const extraErrors = useMemo(() => toErrorSchema(problems), [problems]);
  return (
    <Form<unknown>
      className="schema-form"
      tagName="div"
      idPrefix={prefix}
      idSeparator="/"
      schema={schema}
      initialFormData={first.current}
      validator={validator}
      fields={fields}
      templates={templates}
      widgets={widgets}
      extraErrors={extraErrors}
      noValidate
      showErrorList={false}
      uiSchema={uiSchema}
      experimental_defaultFormStateBehavior={behavior}
      translateString={translate}
      onChange={({ formData }) => onChange(formData)}
    />
  );
}

/** The id of the field of a path, for links from a summary of what is wrong. */
export function idOf(prefix: string, path: readonly (string | number)[]): string {
  return [prefix, ...path].join('/');
}

const uiSchema = { 'ui:submitButtonOptions': { norender: true }, 'ui:label': false };

/** Nothing is filled in that the person has not chosen. */
const behavior = {
  emptyObjectFields: 'skipDefaults',
  arrayMinItems: { populate: 'never' },
  allOf: 'skipDefaults',
  constAsDefaults: 'never',
} as const;

/** The form library asks which alternative data follows. What is wrong with the data is told by the page itself. */
const validator: ValidatorType<unknown> = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
  isValid(schema, data, root) {
    const { $defs, definitions } = root;
    const wire = toWireSchema({
      ...($defs && { $defs }),
      ...(definitions && { definitions }),
      ...schema,
    });
    return typeof wire !== 'object' || wire === null || isValid(wire, data);
  },
};

// The library would begin a new entry with the words "New Value".
function translate(text: string, params: readonly string[] = []): string {
  if (text === 'New Value') return '';
  return params.reduce((filled, param, index) => filled.replaceAll(`%${index + 1}`, param), text);
}

function toErrorSchema(problems: readonly Problem[]): ErrorSchema<unknown> {
  const root: Record<string, unknown> = {};
  for (const { path, message } of problems) {
    let at = root;
    for (const part of path) {
      if (!Object.hasOwn(at, part))
        Object.defineProperty(at, part, { value: {}, enumerable: true, configurable: true });
      at = at[part] as Record<string, unknown>;
    }
    at['__errors'] = [...((at['__errors'] as string[] | undefined) ?? []), message];
  }
  return root;
}
