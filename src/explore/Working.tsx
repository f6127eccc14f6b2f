// That work is under way, how far it is, and how to stop it.

interface Props {
  /** in [0, 1]; null where there is no work */
  readonly share: number | null;
  readonly what: string;
  readonly onStop: () => void;
}

export function Working({ share, what, onStop }: Props) {
  return (
    <div class="working" hidden={share === null}>
      <progress aria-label={what} max={1} value={share ?? 0} />
      <span>
        {what}, {Math.floor(100 * (share ?? 0))} %
      </span>
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </div>
  );
}
