// The folder for results. Whether it can be written to is tested before the work starts. Files are written under
// temporary names and then renamed, so no result file is ever incomplete.

import { mkdir, readdir, readlink, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MesaError } from "../index.ts";
import { reasonOf } from "./failure.ts";

/** The content of a file, whole or piece by piece, or a function that writes the file at a path. */
type Content = string | Uint8Array | Iterable<Uint8Array> | ((path: string) => void);

/** A folder that was tested for writing. */
export interface Folder {
  /** the path of a file in it, relative if the folder's is */
  pathOf(name: string): string;
  /** Writes files: first all of them under temporary names, then it renames each. @throws MesaError `CANNOT_WRITE` */
  write(files: Readonly<Record<string, Content>>): Promise<void>;
  /** Removes a file if there is one. */
  remove(name: string): Promise<void>;
  /** Removes the folder if it was created by `openFolder` and is empty. */
  discard(): Promise<void>;
}

/**
 * Creates a folder if there is none, and tests whether the files can be written.
 *
 * @param names of the files that will be written
 * @throws MesaError `CANNOT_WRITE`; then nothing is left behind
 */
export async function openFolder(path: string, names: readonly string[]): Promise<Folder> {
  const cannot = (error: unknown) =>
    new MesaError("CANNOT_WRITE", `cannot write to ${path || '""'}: ${reasonOf(error)}`, error);
  const made: string[] = [];
  const discard = async () => {
    for (const one of made.splice(0).reverse()) {
      // this fails if the folder is not empty; then it stays
      await rmdir(one).catch(() => undefined);
    }
  };
  const folder: Folder = {
    pathOf: (name) => join(path, name),
    async write(files) {
      const pending = Object.entries(files).map(([name, content]) => ({
        content,
        target: join(path, name),
        temporary: join(path, `.${name}.${process.pid}.tmp`),
      }));
      try {
        for (const { temporary, content } of pending)
          if (typeof content === "function") {
            content(temporary);
            await writeFile(temporary, "", { flag: "a", flush: true });
          } else await writeFile(temporary, content, { flush: true });
        for (const { temporary, target } of pending) await rename(temporary, target);
      } catch (error) {
        for (const { temporary } of pending) await rm(temporary, { force: true });
        throw cannot(error);
      }
    },
    async remove(name) {
      await rm(join(path, name), { force: true });
    },
    discard,
  };

  try {
    await makeFolders(path, made);
    await removeLeftovers(path, names);
    const probe = join(path, `.probe.${process.pid}.tmp`);
    await writeFile(probe, "");
    await unlink(probe);
    for (const name of names) {
      const there = await stat(join(path, name)).catch(() => undefined);
      if (there?.isDirectory())
        throw new MesaError("CANNOT_WRITE", `cannot write ${join(path, name)}: it is a folder`);
    }
  } catch (error) {
    await discard();
    throw error instanceof MesaError ? error : cannot(error);
  }
  return folder;
}

/** Removes temporary files that a program left because it was killed while writing. */
async function removeLeftovers(path: string, names: readonly string[]): Promise<void> {
  for (const file of await readdir(path)) {
    const [, name, pid] = /^\.(.+)\.(\d+)\.tmp$/.exec(file) ?? [];
    if (pid !== undefined && names.includes(name) && !isRunning(Number(pid)))
      await rm(join(path, file), { force: true });
  }
}

/** Whether a process with this id is running on this machine. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/**
 * Creates a folder and its parents; adds the new ones to `made`. (Node's recursive option never returns under /proc.)
 */
export async function makeFolders(path: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !missing.includes(at) && !(await exists(at)); at = dirname(at)) missing.push(at);
  for (const one of missing.reverse()) {
    const target = await readlink(one).catch(() => undefined);
    if (target !== undefined) throw new Error(`it is a link to ${target}, which does not exist`);
    try {
      await mkdir(one);
      made.push(one);
    } catch (error) {
      // another process may have created it in the meantime
      if (!(await exists(one))) throw error;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
