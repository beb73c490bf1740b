import type { WidgetProps } from '@rjsf/utils';
import { ariaDescribedByIds } from '@rjsf/utils';
import { useState } from 'react';

/** A file as it is sent: its name, its type and its bytes in base64. */
export function FileWidget(props: WidgetProps) {
  const { value, schema, onChange } = props;
  const file =
    typeof value === 'object' && value !== null
      ? (value as { name?: string; mimeType?: string; data?: string })
      : undefined;
  const types: unknown = schema['accept'];
  return (
    <FileInput
      {...props}
      accept={Array.isArray(types) ? types.join(',') : undefined}
      told={
        file?.data === undefined
          ? undefined
          : `${file.name ?? 'A file'}${file.mimeType ? `, ${file.mimeType}` : ''}, ${sizeOf(file.data)}`
      }
      onFile={({ name, type }, data) => onChange({ name, ...(type !== '' && { mimeType: type }), data })}
    />
  );
}

/** Bytes are base64 alone. */
export function BytesWidget(props: WidgetProps) {
  const { value, onChange } = props;
  return (
    <FileInput
      {...props}
      told={typeof value === 'string' ? sizeOf(value) : undefined}
      onFile={(_file, data) => onChange(data)}
    />
  );
}

interface FileInputProps extends WidgetProps {
  accept?: string | undefined;
  told: string | undefined;
  onFile: (file: File, data: string) => void;
}

function FileInput({ id, label, accept, told, onFile, onChange }: FileInputProps) {
  const [failure, setFailure] = useState<string>();
  const read = async (file: File | undefined) => {
    if (!file) return;
    try {
      onFile(file, await toBase64(file));
      setFailure(undefined);
    } catch (error) {
      setFailure(`The file could not be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <div className="field-row">
      <input
        id={id}
        type="file"
        accept={accept}
        aria-describedby={ariaDescribedByIds(id)}
        onChange={(event) => void read(event.target.files?.[0])}
      />
      {told && (
        <>
          <span role="status">{told}</span>
          <button type="button" onClick={() => onChange(undefined)}>
            Leave out {label}
          </button>
        </>
      )}
      {failure && <span role="alert">{failure}</span>}
    </div>
  );
}

function toBase64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve((reader.result as string).split(',')[1] ?? ''));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('unknown reason')));
    reader.readAsDataURL(file);
  });
}

function sizeOf(base64: string): string {
  const bytes = Math.floor((base64.length * 3) / 4) - (/=+$/.exec(base64)?.[0].length ?? 0);
  return bytes < 10_000
    ? `${bytes} bytes`
    : `${(bytes / 1_000_000).toLocaleString('en', { maximumFractionDigits: 2 })} MB`;
}
