// `doctor`: lists the adapters and their limits, and says which backend `--backend auto` would use and why.

import { type AdapterReport, listAdapters } from "../gpu/device.ts";
import { adapterNames } from "../gpu/node.ts";
import { toJson } from "../report/json.ts";
import { alignColumns } from "../report/table.ts";
import { countText } from "../report/wording.ts";
import { SPEEDS } from "../solve/estimate.ts";
import { versions } from "./version.ts";

/** the limits that bound the size of a dispatch */
const MAIN_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupsPerDimension",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupStorageSize",
] as const;

interface Choice {
  backend: "cpu" | "gpu";
  adapter: string;
  why: string;
}

const ADVICE =
  "install the GPU's driver (Vulkan on Linux, for instance mesa-vulkan-drivers or the vendor's; Metal and D3D12 come " +
  "with macOS and Windows), and in a container pass the device through";

/** when opening a device would take longer than solving on the CPU */
const SHORT =
  `the cpu if it solves in an estimated ${SPEEDS.opening} s or less, the time to open a device; the estimate is ` +
  `${countText(SPEEDS.rollout)} rollout-steps, or ${countText(SPEEDS.moments)} candidates by moments, per second and thread`;

function choose(adapters: readonly AdapterReport[]): Choice {
  const hardware = adapters.find(({ software }) => !software);
  if (hardware) return { backend: "gpu", adapter: hardware.name, why: "it is a hardware adapter" };
  const why =
    adapters.length === 0
      ? `WebGPU finds no adapter; to use a GPU, ${ADVICE}`
      : `there is no hardware adapter, and a software adapter is slower than float64 on the cpu; --backend gpu uses ` +
        `it anyway; to use a GPU, ${ADVICE}`;
  return { backend: "cpu", adapter: "cpu", why };
}

/** A limit with thousands separators; large sizes in bytes also in MiB. */
function limitText(name: string, value: number): string {
  const digits = countText(value);
  return name.endsWith("Size") && value >= 2 ** 20
    ? `${digits} (${Math.floor(value / 2 ** 20)} MiB)`
    : digits;
}

function describe(adapter: AdapterReport, index: number): string {
  const { name, vendor, architecture, software, limits, features } = adapter;
  const rows = [
    ["type", software ? "software: it computes on the CPU" : "hardware"],
    ["vendor", vendor || "not reported"],
    ["architecture", architecture || "not reported"],
    ...MAIN_LIMITS.filter((limit) => limit in limits).map((limit) => [
      limit,
      limitText(limit, limits[limit]),
    ]),
    ["features", features.join(", ") || "none"],
  ];
  return `adapter ${index + 1}: ${name}\n${alignColumns(rows, 2).replace(/^/gm, "  ")}`;
}

/** Prints the report; a missing adapter is not an error. */
export async function doctorCommand({ json }: { json?: boolean }): Promise<void> {
  const adapters = await listAdapters();
  const names = await adapterNames();
  const auto = choose(adapters);
  if (json) {
    process.stdout.write(toJson({ ...versions(), adapters, names, auto, speeds: SPEEDS }));
    return;
  }
  process.stdout.write(
    [
      `mesa-induction ${__VERSION__}, Node ${process.version}, ${process.platform} ${process.arch}`,
      ...(adapters.length === 0 ? ["no adapter"] : adapters.map(describe)),
      ...(names.length === 0 ? [] : [`--adapter takes a part of one of these names: ${names.join(", ")}`]),
      `auto uses ${auto.backend === "cpu" ? "the cpu" : auto.adapter}: ${auto.why}`,
      ...(auto.backend === "gpu" ? [`  but ${SHORT}`] : []),
      "",
    ].join("\n"),
  );
}
