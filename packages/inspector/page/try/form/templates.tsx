import type { FormProps } from '@rjsf/core';
import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  CyclicSchemaExpandProps,
  DescriptionFieldProps,
  FieldErrorProps,
  FieldTemplateProps,
  IconButtonProps,
  MultiSchemaFieldTemplateProps,
  ObjectFieldTemplateProps,
} from '@rjsf/utils';
import { ADDITIONAL_PROPERTY_FLAG, errorId } from '@rjsf/utils';

/** How the parts of a form are laid out. */
export const templates: NonNullable<FormProps['templates']> = {
  FieldTemplate,
  ObjectFieldTemplate,
  ArrayFieldTemplate,
  ArrayFieldItemTemplate,
  FieldErrorTemplate,
  MultiSchemaFieldTemplate: ({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps) => (
    <>
      {selector}
      {optionSchemaField}
    </>
  ),
  DescriptionFieldTemplate,
  CyclicSchemaExpandTemplate,
  ButtonTemplates: {
    AddButton: ({ onClick, disabled }: IconButtonProps) => (
      <button type="button" onClick={onClick} disabled={disabled}>
        Add one
      </button>
    ),
  },
};

function FieldTemplate(props: FieldTemplateProps) {
  const { id, label, children, errors, rawErrors, description, required, schema, fieldPathId, hidden } =
    props;
  if (hidden) return <div hidden>{children}</div>;
  const isRoot = fieldPathId.path.length === 0;
  const isLeaf = schema.type === 'string';
  const isUnion = Boolean(schema.anyOf ?? schema.oneOf);
  const isKeyed = ADDITIONAL_PROPERTY_FLAG in schema;
  const hint = schema['told'] === undefined ? undefined : `Default: ${JSON.stringify(schema['told'])}`;
  return (
    <div className={rawErrors?.length ? 'field field-bad' : 'field'}>
      {isKeyed && (
        <label className="field-key">
          Key
          <input defaultValue={label} key={label} onBlur={props.onKeyRenameBlur} />
        </label>
      )}
      {isLeaf && !isRoot && (
        <label className="field-label" htmlFor={id} id={`${id}/label`}>
          {isKeyed ? `Value of ${label}` : label}
          {required && <span className="field-required"> (required)</span>}
        </label>
      )}
      {isUnion && !isRoot && (
        <span className="field-label">
          {label}
          {required && <span className="field-required"> (required)</span>}
        </span>
      )}
      {(isLeaf || isUnion) && description}
      {children}
      {hint && <p className="field-hint">{hint}</p>}
      {errors}
      {isKeyed && (
        <button type="button" onClick={props.onRemoveProperty}>
          Remove {label}
        </button>
      )}
    </div>
  );
}

function ObjectFieldTemplate(props: ObjectFieldTemplateProps) {
  const { title, description, properties, fieldPathId, schema, onAddProperty, required } = props;
  if ((schema.oneOf || schema.anyOf) && properties.length === 0) return null;
  const isOpen = Boolean(schema.additionalProperties);
  const inner = (
    <>
      {description && <p className="field-hint">{description}</p>}
      {properties.map(({ content }) => content)}
      {isOpen && (
        <button type="button" onClick={onAddProperty}>
          Add an entry{title ? ` to ${title}` : ''}
        </button>
      )}
    </>
  );
  if (fieldPathId.path.length === 0) return <div className="field-root">{inner}</div>;
  return (
    <fieldset id={fieldPathId.$id} tabIndex={-1}>
      <legend>
        {title}
        {required && <span className="field-required"> (required)</span>}
      </legend>
      {inner}
    </fieldset>
  );
}

function ArrayFieldTemplate({
  title,
  schema,
  items,
  canAdd,
  onAddClick,
  fieldPathId,
  required,
}: ArrayFieldTemplateProps) {
  return (
    <fieldset id={fieldPathId.$id} tabIndex={-1}>
      <legend>
        {title}
        {required && <span className="field-required"> (required)</span>}
      </legend>
      {schema.description && <p className="field-hint">{schema.description}</p>}
      {items}
      {canAdd && (
        <button type="button" onClick={onAddClick}>
          Add to {title}
        </button>
      )}
    </fieldset>
  );
}

function ArrayFieldItemTemplate({ children, buttonsProps, hasToolbar, index }: ArrayFieldItemTemplateProps) {
  const { hasMoveUp, hasMoveDown, hasRemove, onMoveUpItem, onMoveDownItem, onRemoveItem } = buttonsProps;
  return (
    <div className="field-item">
      {children}
      {hasToolbar && (
        <div className="field-tools">
          {hasMoveUp && (
            <button type="button" onClick={onMoveUpItem}>
              Move {index + 1} up
            </button>
          )}
          {hasMoveDown && (
            <button type="button" onClick={onMoveDownItem}>
              Move {index + 1} down
            </button>
          )}
          {hasRemove && (
            <button type="button" onClick={onRemoveItem}>
              Remove {index + 1}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function FieldErrorTemplate({ errors = [], fieldPathId }: FieldErrorProps) {
  if (errors.length === 0) return null;
  return (
    <ul className="field-errors" id={errorId(fieldPathId)}>
      {errors.map((error, index) => (
        <li key={index}>{error}</li>
      ))}
    </ul>
  );
}

function DescriptionFieldTemplate({ id, description }: DescriptionFieldProps) {
  return description ? (
    <p className="field-hint" id={id}>
      {description}
    </p>
  ) : null;
}

function CyclicSchemaExpandTemplate({ name, onExpand, fieldPathId, schema }: CyclicSchemaExpandProps) {
  return (
    <button type="button" id={fieldPathId.$id} onClick={() => onExpand(fieldPathId.$id)}>
      Add {schema.title ?? name}
    </button>
  );
}
