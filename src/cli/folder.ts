// The folder that results go to. It is tried before the work starts, and a file in it is whole or not there.

import { mkdir, readdir, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MesaError } from "../index.ts";
import { reasonOf } from "./failure.ts";

/** A folder that was written to once and can be again. */
export interface Folder {
  /** the path of a file in it, as it was asked for */
  pathOf(name: string): string;
  /** Writes files: all of them to temporary names first, then each to its own. @throws MesaError `CANNOT_WRITE` */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** Removes a file; one that is not there is fine. */
  remove(name: string): Promise<void>;
  /** Takes the folder away again where it was made for this and holds nothing. */
  discard(): Promise<void>;
}

/**
 * Makes a folder where there is none, and tries whether the files can be written.
 *
 * @param names of the files that are to come
 * @throws MesaError `CANNOT_WRITE`; then nothing is left behind
 */
export async function openFolder(path: string, names: readonly string[]): Promise<Folder> {
  const cannot = (error: unknown) =>
    new MesaError("CANNOT_WRITE", `cannot write to ${path || '""'}: ${reasonOf(error)}`, error);
  const made: string[] = [];
  const discard = async () => {
    for (const one of made.splice(0).reverse()) {
      // a folder that holds something by now stays
      await rmdir(one).catch(() => undefined);
    }
  };
  const folder: Folder = {
    pathOf: (name) => join(path, name),
    async write(files) {
      const pending = Object.entries(files).map(([name, text]) => ({
        text,
        target: join(path, name),
        temporary: join(path, `.${name}.${process.pid}.tmp`),
      }));
      try {
        for (const { temporary, text } of pending) await writeFile(temporary, text, { flush: true });
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

/** Removes the temporary files of a program that was killed as it wrote. */
async function removeLeftovers(path: string, names: readonly string[]): Promise<void> {
  for (const file of await readdir(path)) {
    const [, name, pid] = /^\.(.+)\.(\d+)\.tmp$/.exec(file) ?? [];
    if (pid !== undefined && names.includes(name) && !isRunning(Number(pid)))
      await rm(join(path, file), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Makes a folder and those it is in, and tells which. Node's own recursive way never ends under /proc. */
async function makeFolders(path: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !missing.includes(at) && !(await exists(at)); at = dirname(at)) missing.push(at);
  for (const one of missing.reverse()) {
    await mkdir(one);
    made.push(one);
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
