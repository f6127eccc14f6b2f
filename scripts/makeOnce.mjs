// Folders that are made once and then kept, whichever of several processes comes first.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder unless it exists; it appears only when it is complete.
 *
 * @param {string} folder
 * @param {(temporary: string) => Promise<unknown>} fill writes the content into an empty folder
 * @returns the folder
 */
export async function makeOnce(folder, fill) {
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}-`);
  try {
    await fill(temporary);
    await rename(temporary, folder);
  } catch (error) {
    // another process may have made it in the meantime
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}
