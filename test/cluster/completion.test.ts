// Completion in shells that not every machine has: fish, and zsh, which runs the script for bash.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { COMPLETED } from "../cli/completed.ts";
import { runHere } from "../cli/program.ts";

/** no file is in it that a shell could offer */
const folder = mkdtempSync(join(tmpdir(), "mesa-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** what separates the answers */
const MARK = "-----";

/** What a shell offers for each line. @param ask the shell's commands that print what it offers, one on a line */
async function offered(shell: "fish" | "zsh", options: string, ask: (words: readonly string[]) => string) {
  const { stdout: script } = await runHere(["completion", shell]);
  const asked = COMPLETED.map(([words]) => `${ask(words)}\necho ${MARK}`);
  const printed = execFileSync(shell, [options, [script, ...asked].join("\n")], {
    encoding: "utf8",
    cwd: folder,
  });
  const answers = printed.split(`${MARK}\n`).slice(0, -1);
  return answers.map((answer) =>
    answer
      .split("\n")
      .filter((line) => line !== "")
      .sort(),
  );
}

test("fish completes as bash does, and describes what it offers", async () => {
  const answers = await offered("fish", "-c", (words) => `complete -C 'mesa-induction ${words.join(" ")}'`);
  const words = answers.map((lines) => lines.map((line) => line.split("\t")[0]));
  expect(words).toEqual(COMPLETED.map(([, expected]) => expected));
  expect(answers[0]).toEqual([expect.stringMatching(/^sweep\tsolve a game for each value/)]);
});

test("zsh completes as bash does", async () => {
  const answers = await offered(
    "zsh",
    "-fc",
    (words) => `emulate ksh -c 'COMP_WORDS=(mesa-induction ${words.map((word) => `"${word}"`).join(" ")})
      COMP_CWORD=${words.length}; _mesa_induction; printf "%s\\n" "\${COMPREPLY[@]}"'`,
  );
  // that what is offered begins with the word, and is offered once, is zsh's own part
  const fitting = answers.map((words, i) => words.filter((word) => word.startsWith(COMPLETED[i][0].at(-1)!)));
  expect(fitting.map((words) => [...new Set(words)])).toEqual(COMPLETED.map(([, expected]) => expected));
});
