import { useState } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import { toSize } from '../parts/size.ts';
import { sizeOfBase64, toMediaUrl } from './blob.ts';
import type { Medium } from './contents.ts';

/** The pictures of a result. An SVG runs no script in an `img`. */
export function Pictures({ pictures }: { pictures: readonly Medium[] }) {
  return pictures.map((picture, index) => (
    <Picture key={index} picture={picture} label={`Picture ${index + 1} of the result`} />
  ));
}

/** The sounds of a result, with controls. None starts by itself. */
export function Sounds({ sounds }: { sounds: readonly Medium[] }) {
  return sounds.map(({ mimeType, base64, name }, index) => {
    const url = toMediaUrl('audio', mimeType, base64);
    const label = `Sound ${index + 1} of the result`;
    return (
      <figure key={index}>
        {url ? (
          <audio controls preload="metadata" src={url} aria-label={label} />
        ) : (
          <Refused mimeType={mimeType} />
        )}
        <figcaption>{describe(mimeType, base64, name)}</figcaption>
      </figure>
    );
  });
}

function Picture({ picture: { mimeType, base64, name }, label }: { picture: Medium; label: string }) {
  const [state, setState] = useState('');
  const url = toMediaUrl('image', mimeType, base64);
  return (
    <figure>
      {url ? (
        <img
          src={url}
          alt={label}
          className="picture"
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setState(`, ${naturalWidth} × ${naturalHeight} pixels`)
          }
          onError={() => setState('. The browser cannot show it.')}
        />
      ) : (
        <Refused mimeType={mimeType} />
      )}
      <figcaption>
        {describe(mimeType, base64, name)}
        {state}
      </figcaption>
    </figure>
  );
}

function Refused({ mimeType }: { mimeType: string }) {
  return (
    <p role="alert">
      This is not shown, because {revealHidden(mimeType.slice(0, 80)) || 'its type'} is not what it says to
      be.
    </p>
  );
}

function describe(mimeType: string, base64: string, name: string): string {
  return [revealHidden(name.slice(0, 200)), revealHidden(mimeType.slice(0, 80)), toSize(sizeOfBase64(base64))]
    .filter(Boolean)
    .join(', ');
}
