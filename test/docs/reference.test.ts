// The API reference that `npm run docs` builds: TypeDoc, with the settings of typedoc.json, finds a docstring for every
// public name and for each of its members, and every link of a docstring leads somewhere.
import { fileURLToPath } from "node:url";
import { Application, Logger, LogLevel, type TypeDocOptions, TypeDocReader } from "typedoc";
import { expect, test } from "vitest";
import * as library from "../../src/index.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** keeps what TypeDoc complains about */
class Complaints extends Logger {
  readonly lines: string[] = [];

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.lines.push(message);
  }
}

/** The public names that TypeDoc finds, and what it complains about. @param changed other settings than typedoc.json's */
async function documented(changed: Partial<TypeDocOptions> = {}) {
  const app = await Application.bootstrap({ options: ROOT, ...changed }, [new TypeDocReader()]);
  const complaints = new Complaints();
  app.logger = complaints;
  const project = await app.convert();
  if (!project) throw new Error(complaints.lines.join("\n"));
  app.validate(project);
  return { names: project.children!.map(({ name }) => name), complaints: complaints.lines };
}

test("every public name has a docstring, and so has every member", async () => {
  const { names, complaints } = await documented();
  expect(complaints).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(Object.keys(library)));
}, 120_000);

test("a name without a docstring, a type that is not public and a broken link are found", async () => {
  const { complaints } = await documented({
    entryPoints: [`${ROOT}/test/docs/undocumented.ts`],
    intentionallyNotExported: [],
  });
  expect(complaints).toEqual([
    expect.stringMatching(/^Hidden, .* is referenced by shown but not included/),
    expect.stringMatching(/^silent .*does not have any documentation/),
    expect.stringMatching(/resolve link to "nowhere"/),
  ]);
}, 120_000);
