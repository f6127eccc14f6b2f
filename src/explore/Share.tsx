// Links to what the page shows, and the code that embeds it in another page.

import { useEffect, useState } from "preact/hooks";
import { addressOf } from "./address.ts";
import type { State } from "./state.ts";
import { steps } from "./steps.ts";

/** What a frame may show: the whole page, or one part. */
export const VIEWS = ["page", "figure", "map", "story"] as const;
export type View = (typeof VIEWS)[number];

const EMBEDDED: Readonly<Record<Exclude<View, "page">, { label: string; width: number; height: number }>> = {
  figure: { label: "the plot", width: 640, height: 480 },
  map: { label: "the map", width: 560, height: 560 },
  story: { label: "the story", width: 900, height: 700 },
};

/** The part that an address asks for. */
export function viewOf(search: string): View {
  const asked = new URLSearchParams(search).get("view") as View;
  return VIEWS.includes(asked) ? asked : "page";
}

const NAME = "Deceptive alignment, explored";

/** The title of the page while it shows a state. */
export const titleOf = ({ step }: State) => (step === null ? NAME : `${steps[step].title} · ${NAME}`);

/** The address of a state, shown as the whole page or one part. */
export function linkTo(state: State, view: View = "page"): string {
  const { origin, pathname } = location;
  return `${origin}${pathname}${view === "page" ? "" : `?view=${view}`}#${addressOf(state)}`;
}

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;");

function frameOf(state: State, view: Exclude<View, "page">): string {
  const { width, height } = EMBEDDED[view];
  return `<iframe src="${escaped(linkTo(state, view))}" width="${width}" height="${height}" style="border:0" loading="lazy" title="${escaped(titleOf(state))}"></iframe>`;
}

/** how long a button shows that it has done its work, in milliseconds */
const CONFIRMED = 2500;

interface CopyProps {
  readonly label: string;
  readonly text: () => string;
}

/** A button that copies a text, and says whether that worked. */
function Copy({ label, text }: CopyProps) {
  const [done, setDone] = useState<string | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), CONFIRMED);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setDone("Copied");
    } catch {
      setDone("The browser does not allow it");
    }
  };
  return (
    <button type="button" onClick={copy}>
      <span aria-live="polite">{done ?? label}</span>
    </button>
  );
}

export function Share({ state }: { readonly state: State }) {
  const [view, setView] = useState<Exclude<View, "page">>("figure");
  // browsers offer no clipboard to pages that are neither local nor on https
  if (!navigator.clipboard) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: these buttons belong to no form
    <div class="share actions" role="group" aria-label="Share">
      <Copy label="Copy link" text={() => linkTo(state)} />
      <Copy label="Copy embed code" text={() => frameOf(state, view)} />
      <select
        aria-label="What to embed"
        value={view}
        onChange={(event) => setView(event.currentTarget.value as Exclude<View, "page">)}
      >
        {Object.entries(EMBEDDED).map(([name, { label }]) => (
          <option key={name} value={name}>
            of {label}
          </option>
        ))}
      </select>
    </div>
  );
}
