// Makes the figures of the documents again, by the commands that stand beside them:
//
//     npm run docs:figures -- [figure.svg]...
//
// The table of docs/reproduce.md says which file of which folder a figure is; the command is the one in any document
// that writes this folder.
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCS = join(ROOT, "docs");

/** Every figure that a command makes: its name, the file that it is, and the command. */
export async function figuresOf() {
  const names = (await readdir(DOCS)).filter((name) => name.endsWith(".md"));
  const pages = await Promise.all(names.map((name) => readFile(join(DOCS, name), "utf8")));
  const commands = new Map(
    pages.flatMap((page) =>
      [...page.matchAll(/^node dist\/cli\.js .*--out (out\/\S+)$/gm)].map(([command, out]) => [out, command]),
    ),
  );
  const table = pages[names.indexOf("reproduce.md")];
  return [...table.matchAll(/^\| `([\w-]+\.svg)` \| `((out\/[\w-]+)\/\w+\.svg)` \|/gm)].map(
    ([, figure, file, out]) => ({ figure, file, command: commands.get(out) }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2);
  const folder = await mkdtemp(join(tmpdir(), "mesa-figures-"));
  for (const name of ["dist", "examples"]) await symlink(join(ROOT, name), join(folder, name));
  try {
    for (const { figure, file, command } of await figuresOf()) {
      if (wanted.length > 0 && !wanted.includes(figure)) continue;
      await promisify(execFile)("sh", ["-c", command], { cwd: folder });
      await copyFile(join(folder, file), join(DOCS, "figures", figure));
      console.log(`${figure}: ${command}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
