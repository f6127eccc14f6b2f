// The reference is complete and names nothing that does not exist: commands and options, keys of configurations with their
// defaults and bounds, keys of results, measures, files with their columns and arrays, exit codes, environment variables.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { asyncBufferFromFile, parquetMetadataAsync, parquetSchema } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exitCodeOf } from "../../src/cli/failure.ts";
import { configSchema } from "../../src/config/jsonSchema.ts";
import {
  type Config,
  checkConfig,
  checkPhase,
  checkSweep,
  type ErrorCode,
  games,
  LIMITS,
  MesaError,
  measureNames,
  methods,
  PHASE_LIMITS,
  presets,
  STATUSES,
  solve,
} from "../../src/index.ts";
import { runHere } from "../cli/program.ts";
import { claim, readDocument } from "./claims.ts";
import { blocksOf, codeIn, ROOT, readPage, rowsOf, sectionOf } from "./markdown.ts";

const pageOf = (name: string) => readPage(`docs/reference/${name}.md`);

describe("command-line.md", async () => {
  const page = await pageOf("command-line");
  const shared = rowsOf(sectionOf(page, "Shared options"));

  /** An option as help prints it. */
  interface Printed {
    readonly takesValue: boolean;
    readonly choices: string;
    readonly default: string | undefined;
  }

  /** What help says of a command: its commands, and its options by name. */
  async function helpOf(path: readonly string[]) {
    const { stdout } = await runHere([...path, "--help"]);
    const [, ofCommands = ""] = stdout.split("\nCommands:\n");
    const commands = [...ofCommands.split("\n\n")[0].matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
    const [, ofOptions = ""] = stdout.split("\nOptions:\n");
    const entries = ofOptions.split("\n\n")[0].split(/^ {2}(?=-)/m);
    const options = new Map<string, Printed>();
    for (const entry of entries) {
      const [, name, value] = /(--[a-z]+)( <[^>]*>)?/.exec(entry) ?? [];
      if (name === undefined || name === "--help" || name === "--version") continue;
      const text = entry.replace(/\s+/g, " ");
      const [, choices = ""] = /choices: ((?:"[^"]*"(?:, )?)+)/.exec(text) ?? [];
      const [, usual] = /default: ([^)]*)\)/.exec(text) ?? [];
      options.set(name, {
        takesValue: value !== undefined,
        choices: choices.replace(/, $/, ""),
        default: usual?.replaceAll('"', ""),
      });
    }
    return { commands: commands.filter((name) => name !== "help"), options };
  }

  /** The options that the page has of a command, with the cells of their values and defaults. */
  function documentedOf(path: readonly string[]) {
    const [command] = path;
    const isMeant = (names: string) => names === command || names === `${command} ${path[2]}`;
    const own = rowsOf(sectionOf(page, `\`${command}\``));
    const common = shared
      .filter(([, commands]) => codeIn(commands).some(isMeant))
      .map(([option, , ...rest]) => [option, ...rest]);
    return new Map(
      [...common, ...own].map(([option, , values, usual]) => {
        const [code] = codeIn(option);
        return [code.split(" ")[0], { takesValue: code.includes(" <"), values, usual }];
      }),
    );
  }

  test("has every command", async () => {
    const { commands } = await helpOf([]);
    expect(commands.length).toBeGreaterThan(10);
    const headings = [...page.matchAll(/^## `(\w+)`$/gm)].map(([, name]) => name);
    expect(headings.toSorted()).toEqual(commands.toSorted());
    const listed = rowsOf(page.split("\n## ")[0]).map(([name]) => codeIn(name)[0]);
    expect(listed.toSorted()).toEqual(commands.toSorted());
  });

  const paths = ["solve", "sweep", "phase", "merge", "explore", "game", "presets", "schema"]
    .concat(["validate", "doctor", "bench", "completion"])
    .map((name) => [name])
    .concat(
      ["slurm", "kubernetes", "parallel"].flatMap((scheduler) =>
        ["phase", "sweep"].map((command) => ["submit", scheduler, command]),
      ),
    );

  test("has every option, its choices and its default", async () => {
    expect(paths.map(([name]) => name)).toEqual(expect.arrayContaining((await helpOf([])).commands));
    for (const path of paths) {
      const { options } = await helpOf(path);
      const documented = documentedOf(path);
      const where = path.join(" ");
      const own = new Map(documented);
      // --measure and the like of what is submitted are those of phase and of sweep
      if (path[2]) for (const [name, one] of documentedOf([path[2]])) if (!own.has(name)) own.set(name, one);
      const notSubmitted = path[2] ? ["--force", "--shard", "--quiet"] : [];
      const names = [...own.keys()].filter((name) => !notSubmitted.includes(name));
      expect(names.toSorted(), where).toEqual([...options.keys()].toSorted());
      for (const [name, { takesValue, choices, default: usual }] of options) {
        const row = own.get(name)!;
        expect(row.takesValue, `${where} ${name}`).toBe(takesValue);
        if (choices !== "")
          expect(codeIn(row.values).join(), `${where} ${name}`).toBe(choices.replaceAll(/"|\s/g, ""));
        if (choices !== "" || usual?.match(/^\d+$/))
          expect(codeIn(row.usual)[0], `${where} ${name}`).toBe(usual);
      }
    }
  });

  test("says which games a method solves", () => {
    const documented = rowsOf(sectionOf(page, "Methods")).filter((row) => row.length === 3);
    expect(documented.map(([name]) => codeIn(name)[0]).toSorted()).toEqual(Object.keys(methods).toSorted());
    const named = documented.find(([name]) => name === "`moments`")![2];
    for (const method of ["moments", "exact"] as const) {
      const solved = [...games].filter(([, game]) => methods[method]({ game }) === undefined);
      expect(solved.map(([name]) => name).toSorted()).toEqual(codeIn(named).toSorted());
    }
  });

  test("shows an error as it is printed", async () => {
    const [shown] = codeIn(page).filter((code) => code.includes(", line "));
    const folder = await mkdtemp(join(tmpdir(), "mesa-error-"));
    const slow = '{\n  "game": "linear",\n  "schedule": {\n    "learningRate": -1\n  }\n}\n';
    await writeFile(join(folder, "slow.json"), slow);
    const { code, messages } = await runHere(["slow.json"], { cwd: folder });
    await rm(folder, { recursive: true });
    expect([code, messages]).toEqual([2, [`mesa-induction: ${shown}`]]);
    const [bad] = codeIn(await pageOf("configuration")).filter((text) => text.includes(", got "));
    expect(() => checkConfig({ game: "linear", discount: 1.2 })).toThrow(bad);
  });

  test("names the choices of arguments", async () => {
    for (const command of ["completion", "schema"]) {
      const { stdout } = await runHere([command, "--help"]);
      const [, choices] = /choices: ((?:"\w+",? ?\s*)+)/.exec(stdout)!;
      const names = [...choices.matchAll(/"(\w+)"/g)].map(([, name]) => name).join("|");
      expect(page).toMatch(
        new RegExp(`^    mesa-induction ${command} \\[?${names.replaceAll("|", "\\|")}\\]?$`, "m"),
      );
    }
  });
});

describe("configuration.md", async () => {
  const page = await pageOf("configuration");
  const sections = ["Games", "Time", "Objectives", "Grids", "Initial state", "Hidden phase", "Networks"];
  const rows = sections.flatMap((name) => rowsOf(sectionOf(page, name))).filter((row) => row.length === 5);

  interface Property {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, Property>>;
    readonly anyOf?: readonly Property[];
    readonly enum?: readonly string[];
    readonly minimum?: number;
    readonly maximum?: number;
    readonly default?: unknown;
  }

  /** The keys below a part of the schema, dotted. */
  function keysOf({ properties = {} }: Property, within = ""): [string, Property][] {
    return Object.entries(properties).flatMap(([name, property]) => {
      const key = within === "" ? name : `${within}.${name}`;
      const inner = [property, ...(property.anyOf ?? [])].flatMap((one) => keysOf(one, key));
      return inner.length > 0 ? inner : [[key, property] as [string, Property]];
    });
  }

  /** What the page has to say of what is allowed; undefined where that is its own words. */
  function allowedOf({ type, minimum, maximum, enum: choices }: Property): string | undefined {
    if (choices) return choices.map((choice) => `\`${choice}\``).join(" or ");
    if (type === "boolean") return "`true` or `false`";
    if (type !== "number" && type !== "integer") return undefined;
    const range =
      maximum !== undefined ? `${minimum} to ${maximum}` : minimum !== undefined ? `at least ${minimum}` : "";
    return type === "integer" ? `whole number, ${range}` : range || "any number";
  }

  const schema = configSchema() as unknown as {
    allOf: { if: { properties: { game: { const: string } } }; then: Property }[];
  };

  test.each(schema.allOf.map(({ if: { properties }, then }) => ({ game: properties.game.const, then })))(
    "has every key of $game, its default and its bounds",
    ({ game, then }) => {
      const isMeant = (of: string) => {
        const names = codeIn(of);
        if (of.startsWith("all")) return !names.includes(game);
        return names.includes(game);
      };
      const documented = new Map(
        rows.filter(([, , , of]) => isMeant(of)).map(([key, ...rest]) => [codeIn(key)[0], rest]),
      );
      const keys = keysOf(then);
      expect([...documented.keys()].toSorted()).toEqual([...new Set(keys.map(([key]) => key))].toSorted());
      for (const [key, property] of keys) {
        const [usual, allowed] = documented.get(key)!;
        if (property.default !== undefined)
          expect(usual, key).toBe(
            `\`${JSON.stringify(property.default)}\``.replaceAll('"', "").replaceAll(",", ", "),
          );
        else expect(usual, key).toBe("");
        const wanted = allowedOf(property);
        if (wanted !== undefined) expect(allowed, key).toBe(wanted);
      }
    },
  );

  test("has the limits", async () => {
    const document = await readDocument("docs/reference/configuration.md");
    claim(document, "A schedule has 1 to 10,000 episodes.", [1, LIMITS.episodes]);
    claim(document, "at most 2²⁴ candidates and 2²⁰ states.", [LIMITS.candidates, LIMITS.states]);
    claim(document, "at most 1,024 weights, with the biases", [LIMITS.weights]);
    claim(document, "how many values, 2 to 8,192; at most 2²⁴ cells", [
      ...[2, PHASE_LIMITS.count, PHASE_LIMITS.cells],
    ]);
  });

  test("names the games, their states and decisions", () => {
    const documented = rowsOf(sectionOf(page, "Games")).filter((row) => row.length === 3);
    expect(documented.map(([name]) => codeIn(name)[0])).toEqual([...games.keys()]);
    for (const [name, state, decision] of documented) {
      const game = games.get(codeIn(name)[0])!;
      expect(codeIn(state)).toEqual(Object.keys(game.state));
      if (!game.network) expect(codeIn(decision)).toEqual(Object.keys(game.decision));
    }
  });

  test("has configurations and diagrams that are valid", async () => {
    const [config, diagram, sweep] = blocksOf(page).map(({ text }) => JSON.parse(text));
    checkConfig(config);
    expect(checkPhase(diagram).measures).toEqual(diagram.measures);
    const axis = Object.keys(diagram.y).map((key) => `y.${key}`);
    const keys = rowsOf(sectionOf(page, "Diagrams")).flatMap(([key]) => codeIn(key));
    expect(keys.toSorted()).toEqual(
      ["$schema", "config", "measures", ...axis, ...axis.map((key) => key.replace("y", "x"))].toSorted(),
    );
    expect(checkSweep(sweep).measures).toEqual(sweep.measures);
    const ofSweep = rowsOf(sectionOf(page, "Sweeps")).map(([key]) => codeIn(key)[0]);
    expect(ofSweep.toSorted()).toEqual(["$schema", ...Object.keys(sweep)].toSorted());
  });
});

/** every preset, some smaller, and what else has keys of its own */
const SOLVED: readonly Config[] = [
  ...Object.values(presets).map(({ config }): Config => {
    if (config.game === "mlp")
      return {
        ...({ game: "mlp", schedule: { training: 1, deployment: 1 }, layers: [1, 2, 1] } as Config),
        ...{ theta: { count: 5 }, search: { starts: 1, evaluations: 20 } },
      };
    if (config.game !== "learned-discount") return config;
    return { ...config, base: { count: 5 }, perDiscount: { count: 5 } };
  }),
  { game: "uncertain-deployment", memory: true, memoryError: 0.1, schedule: { episodes: 20 } },
];
const results = Promise.all(SOLVED.map((config) => solve(config, { backend: "cpu" })));

describe("result.md", async () => {
  const page = await pageOf("result");
  // rows of three cells are keys, those of two are precisions
  const documented = rowsOf(page)
    .filter((row) => row.length === 3)
    .map(([key]) => codeIn(key)[0]);

  /** The keys of a result, dotted; a list of objects counts as one. */
  function keysOf(value: object, within = ""): string[] {
    return Object.entries(value).flatMap(([name, part]) => {
      const key = within === "" ? name : `${within}.${name}`;
      if (["config", "plan", "stationary.equilibria.decision"].includes(key)) return [key];
      const inner = Array.isArray(part) ? part[0] : part;
      // the lists of a trajectory are numbers, and a finite horizon's decisions are named by the game
      const isNamed = key === "stationary.finiteHorizon.decisions";
      const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner) && !isNamed;
      return isObject ? [...(Array.isArray(part) ? [key] : []), ...keysOf(inner, key)] : [key];
    });
  }
  /** what the page names once for all games */
  const general = (key: string) =>
    key
      .replace(/^(plan|trajectory)\.(base|perDiscount)$/, "$1.coefficient")
      .replace(/^plan\.ifInterval\d+$/, "plan.ifInterval1")
      .replace(/^trajectory\.(belief|discount)$/, "trajectory.theta")
      .replace(/^trajectory\.coefficient$/, "trajectory.trainingBelief");

  test("has every key of every result, and no other", async () => {
    const keys = (await results).flatMap((result) => [
      ...keysOf(result),
      ...Object.keys(result.plan).map((name) => `plan.${name}`),
    ]);
    const isWhole = (key: string) => ["trajectory", "measures", "solver", "measuresOverHazard"].includes(key);
    const solved = [...new Set(keys.map(general))].filter((key) => !isWhole(key)).toSorted();
    const named = [...new Set(documented)].filter((key) => !isWhole(key)).toSorted();
    expect(named).toEqual(solved);
  });

  test("has the precisions and methods that there are", async () => {
    const precisions = rowsOf(sectionOf(page, "The solver")).flatMap(([code]) => codeIn(code));
    for (const { solver } of await results) expect(precisions).toContain(solver.precision);
    const source = await readPage("src/model/evaluator.ts");
    const [, type] = /type Precision =([^;]*);/.exec(source)!;
    for (const [, name] of type.matchAll(/"(\w+)"/g)) expect(precisions).toContain(name);
  });
});

test("library.md names functions that there are", async () => {
  const library: Readonly<Record<string, unknown>> = await import("../../src/index.ts");
  const named = rowsOf(await readPage("docs/library.md")).map(([call]) => codeIn(call)[0].split("(")[0]);
  expect(named.length).toBeGreaterThan(5);
  for (const name of named) expect(library[name], name).toBeTypeOf("function");
});

test("measures.md has every measure, and no other", async () => {
  const page = await pageOf("measures");
  const documented = new Set([...page.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name));
  const all = [...games.values()].flatMap((game) => [
    ...measureNames(game),
    ...measureNames(game, game.hidden ? { memory: true } : { horizon: "infinite" }),
  ]);
  const general = (name: string) =>
    name.replace(/^first[A-Z].*/, "firstCoefficient").replace(/^final[A-Z].*/, "finalTheta");
  expect(documented).toEqual(new Set(all.map(general)));
  for (const { measures, measuresOverHazard = {} } of await results)
    for (const name of [...Object.keys(measures), ...Object.keys(measuresOverHazard)])
      expect(documented).toContain(name);
});

describe("files.md", async () => {
  const page = await pageOf("files");
  const files = new Map(
    rowsOf(page.split("\n## ")[0]).map(([command, list]) => [codeIn(command)[0], codeIn(list)]),
  );
  const keysIn = (heading: string) =>
    rowsOf(sectionOf(page, heading)).flatMap(([key]) => (key.startsWith("`") ? [codeIn(key)[0]] : []));
  const [planColumns, sweepColumns] = blocksOf(page).map(({ text }) => text.trim());
  let folder: string;
  const at = (...path: string[]) => join(folder, ...path);
  const firstLine = async (path: string) => (await readFile(path, "utf8")).split("\n")[0];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mesa-reference-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const made = async (...args: string[]) => {
    const { code, stderr } = await runHere([...args, "--backend", "cpu", "--out", at(args[0])]);
    expect(code, stderr).toBe(0);
    return (await readdir(at(args[0]))).toSorted();
  };

  test("solve", async () => {
    const written = await made("solve", "experiment-1");
    expect([...written, "policy.svg"].toSorted()).toEqual(files.get("solve")!.toSorted());
    expect(await firstLine(at("solve", "plan.csv"))).toBe(planColumns);
  });

  test("sweep", async () => {
    const written = await made("sweep", "experiment-1", "--over", "discount=0.8:1:5");
    expect(written).toEqual(files.get("sweep")!.toSorted());
    expect(await firstLine(at("sweep", "sweep.csv"))).toBe(sweepColumns);
    const document = JSON.parse(await readFile(at("sweep", "sweep.json"), "utf8"));
    expect(keysIn("`sweep.json`")).toEqual(Object.keys(document));
  });

  test("phase", async () => {
    const axes = ["--x", "discount=0.8:1:8", "--y", "schedule.learningRate=0.1:10:6:log"];
    const written = await made("phase", "experiment-1", ...axes);
    expect(written).toEqual(files.get("phase")!.toSorted());
    const document = JSON.parse(await readFile(at("phase", "phase.json"), "utf8"));
    expect(keysIn("`phase.json`")).toEqual(Object.keys(document));
    const solver = rowsOf(sectionOf(page, "`phase.json`")).find(([key]) => key === "`solver`")!;
    expect(codeIn(solver[1]).toSorted()).toEqual(Object.keys(document.solver).toSorted());

    const arrays = unzipSync(await readFile(at("phase", "phase.npz")));
    const rows = rowsOf(sectionOf(page, "`phase.npz`"));
    expect(rows.map(([name]) => `${codeIn(name)[0]}.npy`)).toEqual(Object.keys(arrays));
    for (const [name, type, shape] of rows) {
      const header = Buffer.from(arrays[`${codeIn(name)[0]}.npy`]).toString("latin1");
      expect(header).toContain(type === "uint8" ? "'|u1'" : "'<f8'");
      expect(header.replace(/,?\)/, "]").replace("(", "[")).toContain(`'shape': ${shape}`);
    }
    const parquet = await parquetMetadataAsync(await asyncBufferFromFile(at("phase", "phase.parquet")));
    const columns = parquetSchema(parquet).children.map(({ element }) => element.name);
    expect(columns).toEqual(["discount", "schedule.learningRate", "deception", "status"]);
    expect(parquet.key_value_metadata?.map(({ key }) => key)).toContain("mesa-induction");
  });

  test("the statuses", () => {
    expect(rowsOf(sectionOf(page, "Status")).map(([code, name]) => [code, codeIn(name)[0]])).toEqual(
      STATUSES.map((name, code) => [String(code), name]),
    );
  });
});

describe("exit-codes.md", async () => {
  const page = await pageOf("exit-codes");
  const errorCodes = [...(await readPage("src/errors.ts")).matchAll(/^ {2}\| "(\w+)"/gm)].map(
    ([, code]) => code,
  );
  const rows = rowsOf(sectionOf(page, "Exit codes"));

  test("has every error code with the exit code that follows", () => {
    const exits = rows.filter((row) => row.length === 3);
    const documented = exits.flatMap(([exit, , codes]) => codeIn(codes).map((code) => [code, exit] as const));
    expect(documented.map(([code]) => code).toSorted()).toEqual(errorCodes.toSorted());
    for (const [code, exit] of documented)
      if (code !== "ABORTED") expect(exitCodeOf(new MesaError(code as ErrorCode, ""))).toBe(Number(exit));
    const [interrupted] = documented.filter(([code]) => code === "ABORTED").map(([, exit]) => exit);
    const bySignal = ["SIGHUP", "SIGINT", "SIGTERM"].map((name) =>
      exitCodeOf(new MesaError("ABORTED", "", name)),
    );
    expect(interrupted).toBe(bySignal.join(", "));
    expect(exitCodeOf(new Error("a bug"))).toBe(70);
    const meant = rows.filter((row) => row.length === 2).map(([code]) => codeIn(code)[0]);
    expect(meant).toEqual(expect.arrayContaining(errorCodes));
    expect(meant).toHaveLength(errorCodes.length);
  });

  test("has every environment variable that the code reads", async () => {
    const read = new Set<string>();
    const files = ["test/seed.ts"];
    for (const place of ["src", "bench", "scripts"])
      for (const file of await readdir(join(ROOT, place), { recursive: true }))
        if (/\.(ts|tsx|mjs)$/.test(file)) files.push(join(place, file));
    for (const file of files)
      for (const [, name] of (await readPage(file)).matchAll(/process\.env\.([A-Z_]+)/g)) read.add(name);
    const documented = rowsOf(sectionOf(page, "Environment variables")).map(([name]) => codeIn(name)[0]);
    expect(new Set(documented)).toEqual(read);
  });
});
