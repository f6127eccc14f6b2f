// Makes web pages from the documents that the page links to: findings, method, gallery and glossary.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Marked } from "marked";
import { gfmHeadingId } from "marked-gfm-heading-id";

const SOURCES = fileURLToPath(new URL("../docs", import.meta.url));
const NAMES = ["findings", "gallery", "method", "glossary"];

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 100%/1.6 system-ui, sans-serif; max-width: 76ch; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
  h1, h2, h3 { font-family: Georgia, serif; font-weight: 500; line-height: 1.25; }
  img { max-width: 100%; height: auto; background: #fff; }
  table { display: block; overflow-x: auto; border-collapse: collapse; }
  th, td { padding: 0.2rem 0.7rem; border: 1px solid #8888; text-align: left; }
  pre { overflow-x: auto; padding: 0.7rem 1rem; background: #8882; }
`;

/** Removes links to files that are not published with the page; links among these documents and to the web stay. */
const withoutDeadLinks = (html) =>
  html
    .replace(new RegExp(`href="(${NAMES.join("|")})\\.md`, "g"), 'href="$1.html')
    .replace(
      new RegExp(`<a href="(?!https?:|#|(?:${NAMES.join("|")})\\.html)[^"]*">(.*?)</a>`, "gs"),
      (_, text) => text,
    );

/** Makes the documents in a folder, with their figures. */
export async function buildDocuments(folder) {
  for (const name of NAMES) {
    const marked = new Marked(gfmHeadingId());
    const text = await readFile(join(SOURCES, `${name}.md`), "utf8");
    const [, title] = /^# (.*)$/m.exec(text);
    const html = withoutDeadLinks(marked.parse(text));
    for (const [, figure] of html.matchAll(/src="(figures\/[^"]+)"/g)) {
      await mkdir(dirname(join(folder, figure)), { recursive: true });
      await copyFile(join(SOURCES, figure), join(folder, figure));
    }
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, `${name}.html`),
      `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<nav><a href="../index.html">Deceptive alignment, explored</a></nav>
<main>
${html}</main>
</body>
</html>
`,
    );
  }
}
