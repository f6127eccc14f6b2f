// Chromium from npm: the package @sparticuz/chromium contains a Chromium and every library that a minimal Debian lacks
// for it. Unpacked into one folder, it finds its software Vulkan driver, and nothing needs to be installed.
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import { type Browser, chromium } from "playwright-core";
import { makeOnce } from "../../scripts/makeOnce.mjs";

/** node_modules of the project, in whose root programs and tests run */
const MODULES = resolve("node_modules");
const PACKAGE = join(MODULES, "@sparticuz", "chromium");

async function unpackInto(folder: string): Promise<void> {
  const unpacked = (name: string) =>
    [createReadStream(join(PACKAGE, "bin", name)), createBrotliDecompress()] as const;
  await pipeline(
    ...unpacked("chromium.br"),
    createWriteStream(join(folder, "chromium"), { mode: 0o755, flush: true }),
  );
  // Chromium looks for libvk_swiftshader.so in its own folder
  await pipeline(...unpacked("swiftshader.tar.br"), unpackTar(folder));
  // NSS and Expat, in lib/
  await pipeline(...unpacked("al2023.tar.br"), unpackTar(folder));
  await pipeline(...unpacked("fonts.tar.br"), unpackTar(join(folder, "fonts")));
}

/** A configuration of fontconfig with only the fonts from npm, so that a page looks the same on every machine. */
function fontsOf(folder: string): string {
  const alias = (family: string, font: string) =>
    `<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <dir>${join(MODULES, "dejavu-fonts-ttf", "ttf")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
  ${alias("system-ui", "Open Sans")}
  ${alias("sans-serif", "Open Sans")}
  ${alias("serif", "DejaVu Serif")}
</fontconfig>
`;
}

/** Unpacks Chromium, once for each version of its package. @returns the folder */
async function unpackChromium(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8"));
  return makeOnce(join(MODULES, ".cache", "mesa-induction", "chromium", version), unpackInto);
}

/** Starts Chromium with WebGPU on SwiftShader. */
export async function launchChromium(): Promise<Browser> {
  const folder = await unpackChromium();
  const fonts = join(folder, "fonts.conf");
  await writeFile(fonts, fontsOf(folder));
  return chromium.launch({
    executablePath: join(folder, "chromium"),
    args: ["--no-sandbox", "--enable-unsafe-webgpu"],
    // without the Vulkan driver of the tests: Chromium has its own loader and driver
    env: {
      PATH: process.env.PATH ?? "",
      LD_LIBRARY_PATH: join(folder, "lib"),
      FONTCONFIG_FILE: fonts,
    },
  });
}

let kept: Promise<Browser> | undefined;

/** Chromium, started once for all test files of a process. It ends with the process. */
export function keptChromium(): Promise<Browser> {
  kept ??= launchChromium();
  return kept;
}
