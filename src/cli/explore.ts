// `explore`: serves the page to this machine only, until it is interrupted.

import { once } from "node:events";
import { access } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sirv from "sirv";
import { checkConfig, MesaError } from "../index.ts";
import { quote } from "../schema.ts";
import { readConfiguration } from "./configuration.ts";
import { reasonOf } from "./failure.ts";
import { interruptible } from "./interrupt.ts";
import { packageFolder } from "./version.ts";

/** the default port, always the same so that bookmarks keep working */
const PORT = 4321;
/** only this machine can connect; browsers allow WebGPU on its pages, as on pages of https */
const HOST = "127.0.0.1";

/** @throws MesaError `INVALID_CONFIG` */
function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new MesaError("INVALID_CONFIG", `--port must be a whole number in [0, 65535], got ${quote(text)}`);
}

/** Listens on the requested port; if none is requested, on the default port or, if that is taken, on any free port. */
async function listenAt(
  server: Server,
  requested: number | undefined,
  port = requested ?? PORT,
): Promise<void> {
  try {
    await once(server.listen(port, HOST), "listening");
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    if (taken && requested === undefined && port !== 0) return listenAt(server, undefined, 0);
    throw new MesaError(
      "INVALID_CONFIG",
      `cannot listen on port ${port}: ${reasonOf(error)}; --port 0 chooses any free port`,
      error,
    );
  }
}

/**
 * Serves the page and prints its address, until it is interrupted.
 *
 * @throws MesaError `INVALID_CONFIG` for a port that is invalid or taken; `CANNOT_READ` if the page was not built
 */
export async function exploreCommand(name: string | undefined, { port }: { port?: string }): Promise<void> {
  let fragment = "";
  if (name !== undefined) {
    const config = await readConfiguration(name, []);
    checkConfig(config);
    const { addressOfSettings } = await import("../explore/address.ts");
    fragment = `#${addressOfSettings(config)}`;
  }
  const requested = port === undefined ? undefined : portOf(port);
  const root = join(packageFolder(), "dist/explore");
  await access(join(root, "index.html")).catch((error) => {
    throw new MesaError("CANNOT_READ", `there is no page in ${root}: npm run build builds it`, error);
  });
  const serve = sirv(root, { etag: true });
  const server = createServer((request, response) => {
    const reject = (status: number, text: string, headers = {}) => {
      response.writeHead(status, { "content-type": "text/plain", ...headers }).end(`${text}\n`);
    };
    if (request.method === "GET" || request.method === "HEAD")
      serve(request, response, () => reject(404, "not found"));
    else reject(405, "only GET and HEAD are answered", { allow: "GET, HEAD" });
  });
  await listenAt(server, requested);
  process.stdout.write(`http://${HOST}:${(server.address() as AddressInfo).port}/${fragment}\n`);
  await interruptible((signal) => once(signal, "abort"));
  server.close();
  server.closeAllConnections();
}
