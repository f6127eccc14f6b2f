// Folders that commands make: several processes, as an array's tasks, may make one at the same time.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolders } from "../../src/cli/folder.ts";

test("a folder that another makes at the same time is there for both, and is one's alone to take back", async () => {
  const root = await mkdtemp(join(tmpdir(), "mesa-folder-"));
  const path = join(root, "a", "b", "c");
  const made: string[][] = Array.from({ length: 8 }, () => []);
  await Promise.all(made.map((list) => makeFolders(path, list)));
  expect((await stat(path)).isDirectory()).toBe(true);
  expect(made.flat().sort()).toEqual([join(root, "a"), join(root, "a", "b"), path]);
  await rm(root, { recursive: true });
});
