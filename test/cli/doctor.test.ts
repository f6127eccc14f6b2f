// `doctor` says what is there and what `auto` would take.

import { expect, test } from "vitest";
import { NO_ADAPTER, program } from "./program.ts";

test("lists the adapter, and knows software from hardware", async () => {
  const { code, stdout } = await program.run(["doctor"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mesa-induction \d+\.\d+\.\d+, Node v\d+/);
  expect(stdout).toMatch(/adapter 1: .*SwiftShader/);
  expect(stdout).toMatch(/type +software/);
  expect(stdout).toMatch(/maxStorageBufferBindingSize +[\d,]+ \(\d+ MiB\)/);
  expect(stdout).toMatch(/auto takes the cpu: there is no hardware adapter/);
});

test("--json holds every limit and feature", async () => {
  const { adapters, auto } = JSON.parse((await program.run(["doctor", "--json"])).stdout);
  expect(auto.backend).toBe("cpu");
  expect(adapters[0]).toMatchObject({ software: true, limits: { maxComputeWorkgroupsPerDimension: 65535 } });
});

test("no adapter is no failure: it says what to do", async () => {
  const { code, stdout } = await program.run(["doctor"], { env: NO_ADAPTER });
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nno adapter\nauto takes the cpu: .*install the GPU's driver/);
});

test("--adapter takes an adapter by a part of its name, as doctor lists it", async () => {
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
    messages: [`mesa-induction: no adapter has "nonesuch" in its name; there are ${names[0]}`],
  });
});
