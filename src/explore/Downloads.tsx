// A row of buttons, each of which makes a file.

import { offer } from "./download.ts";

/** A file that can be made. */
export interface Offer {
  /** on the button: `SVG` */
  readonly label: string;
  readonly name: string;
  readonly type: string;
  make(): string | Blob | Promise<string | Blob>;
}

interface Props {
  readonly what: string;
  readonly offers: readonly Offer[];
  /** while what is offered is not what is shown */
  readonly disabled?: boolean;
}

export function Downloads({ what, offers, disabled = false }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: these buttons are no form's
    <div class="downloads" role="group" aria-label={`Download ${what}`}>
      <span aria-hidden="true">Download</span>
      {offers.map(({ label, name, type, make }) => (
        <button
          key={name}
          type="button"
          disabled={disabled}
          title={name}
          aria-label={`${what} as ${label}`}
          onClick={async () => offer(name, type, await make())}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
