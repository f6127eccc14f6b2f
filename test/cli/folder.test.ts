// Folders that commands create: several processes, for example tasks of a job array, may create one at the same time.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolders } from "../../src/cli/folder.ts";

test("if two processes create a folder at the same time, both can use it and only one lists it as its own", async () => {
  const root = await mkdtemp(join(tmpdir(), "mesa-folder-"));
  const path = join(root, "a", "b", "c");
  const made: string[][] = Array.from({ length: 8 }, () => []);
  await Promise.all(made.map((list) => makeFolders(path, list)));
  expect((await stat(path)).isDirectory()).toBe(true);
  expect(made.flat().sort()).toEqual([join(root, "a"), join(root, "a", "b"), path]);
  await rm(root, { recursive: true });
});
