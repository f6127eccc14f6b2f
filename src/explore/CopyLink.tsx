// A link to what the page shows, for somebody else.

import { addressOf } from "./address.ts";
import type { State } from "./state.ts";

interface Props {
  readonly state: State;
  /** is told what became of it */
  readonly say: (text: string) => void;
}

export function CopyLink({ state, say }: Props) {
  const copy = () =>
    navigator.clipboard.writeText(`${location.href.split("#")[0]}#${addressOf(state)}`).then(
      () => say("The link is copied."),
      () => say("The browser does not let the link be copied; it is in the address bar."),
    );
  // a page that is neither local nor https has no clipboard
  return navigator.clipboard ? (
    <button type="button" class="copy" onClick={copy}>
      Copy link
    </button>
  ) : null;
}
