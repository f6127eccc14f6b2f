// What tests read of a page of Markdown: its fenced blocks, its sections, the rows of its tables, the anchors of its
// headings.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The text of a file of this repository. */
export const readPage = (path: string) => readFile(join(ROOT, path), "utf8");

/** The paths of all documents. */
export async function documents(): Promise<string[]> {
  const files = await readdir(join(ROOT, "docs"), { recursive: true });
  const inDocs = files.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
  return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...inDocs.sort()];
}

/** A fenced block. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** the line of the page on which it begins */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language, 2: text, index }) => ({
    language,
    text,
    line: page.slice(0, index).split("\n").length,
  }));
}

/** A page without its fenced blocks. */
export const withoutBlocks = (page: string) => page.replace(/^```.*?^```$/gms, "");

/** The text under a heading of the second level, to the next one. @throws Error where the page has no such heading */
export function sectionOf(page: string, heading: string): string {
  const [, section] = withoutBlocks(page).split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`there is no section ${heading}`);
  return section.split(/^## /m)[0];
}

/** The rows of all tables in a text, without their headings; a cell is what stands between two bars. */
export function rowsOf(text: string): string[][] {
  const lines = text.split("\n");
  return lines
    .map((line, i) => ({ line, isHeading: /^\| -/.test(lines[i + 1] ?? "") }))
    .filter(({ line, isHeading }) => line.startsWith("|") && !isHeading && !/^\| -/.test(line))
    .map(({ line }) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** What a text has in code font. */
export const codeIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code);

/** The anchors that a page's headings have where it is shown. */
export function anchorsOf(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}
