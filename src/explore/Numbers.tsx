// The plot's numbers as a table, for those who would rather read than look.

import { useState } from "preact/hooks";
import { short } from "../report/wording.ts";
import type { Line } from "./looks.ts";

export function Numbers({ lines }: { readonly lines: readonly Line[] }) {
  const [isOpen, setOpen] = useState(false);
  // there may be thousands, which are only made when somebody looks
  const episodes = isOpen ? lines[0].values.map((_, t) => t) : [];
  return (
    <details class="numbers" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Numbers by episode</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="scroll" aria-label="Numbers by episode" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">episode</th>
              {lines.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {episodes.map((t) => (
              <tr key={t}>
                <th scope="row">{t}</th>
                {lines.map(({ label, values }) => (
                  <td key={label}>{Number.isFinite(values[t]) ? short(values[t]) : "–"}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
