// A document to draw in, where there is no page.

import { Window } from "happy-dom";

/** An empty document. */
export function createDocument(): Document {
  return new Window().document as unknown as Document;
}
