// `doctor` lists the adapters and says what `auto` would use.

import { expect, test } from "vitest";
import { NO_ADAPTER, program } from "./program.ts";

test("lists the adapter, and says whether it is software or hardware", async () => {
  const { code, stdout } = await program.run(["doctor"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mesa-induction \d+\.\d+\.\d+, Node v\d+/);
  expect(stdout).toMatch(/adapter 1: .*SwiftShader/);
  expect(stdout).toMatch(/type +software/);
  expect(stdout).toMatch(/maxStorageBufferBindingSize +[\d,]+ \(\d+ MiB\)/);
  expect(stdout).toMatch(/auto uses the cpu: there is no hardware adapter/);
});

test("--json prints every limit and feature", async () => {
  const { adapters, auto } = JSON.parse((await program.run(["doctor", "--json"])).stdout);
  expect(auto.backend).toBe("cpu");
  expect(adapters[0]).toMatchObject({ software: true, limits: { maxComputeWorkgroupsPerDimension: 65535 } });
});

test("a missing adapter is not an error: doctor says what to do", async () => {
  const { code, stdout } = await program.run(["doctor"], { env: NO_ADAPTER });
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nno adapter\nauto uses the cpu: .*install the GPU's driver/);
});

test("--adapter chooses an adapter by a part of the name that doctor lists", async () => {
  const { names } = JSON.parse((await program.run(["doctor", "--json"])).stdout);
  expect(names).toEqual([expect.stringContaining("SwiftShader")]);
  const solve = ["experiment-1", "--backend", "gpu", "--set", "coefficient.count=11", "--json"];
  const taken = await program.run([...solve, "--adapter", "swiftSHADER"]);
  expect(taken.code).toBe(0);
  expect(JSON.parse(taken.stdout).solver).toMatchObject({ backend: "gpu" });
  const refused = await program.run([...solve, "--adapter", "nonesuch"]);
  expect({ code: refused.code, stdout: refused.stdout, messages: refused.messages }).toEqual({
    code: 3,
    stdout: "",
    messages: [`mesa-induction: no adapter has "nonesuch" in its name; available: ${names[0]}`],
  });
});
