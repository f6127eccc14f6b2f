// Results as readable JSON: indented, but with lists of plain values on one line.

/**
 * JSON with every number at full precision, indented by two spaces, and a line feed at the end.
 *
 * JSON has no NaN and no Infinity: they become null.
 */
export function toJson(value: unknown): string {
  // A raw line feed never occurs inside a JSON string, so "[" before one opens a list.
  const flat = JSON.stringify(value, null, 2).replace(
    /\[\n\s*([^[\]{}]*?)\n\s*\]/g,
    (_, items: string) => `[${items.replace(/\n\s*/g, " ")}]`,
  );
  return `${flat}\n`;
}
