// A Slurm cluster of one node on this machine, on loopback only and without systemd, from Debian's package `slurm-wlm`.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** array indices are below this; it is small, so that eight shards need two arrays */
export const MAX_ARRAY_SIZE = 6;
/** the number of tasks that run at once, however many cores the machine has */
const CPUS = 4;

export interface Slurm {
  /** the environment of programs that talk to it */
  readonly env: NodeJS.ProcessEnv;
  /** runs a program and returns what it prints */
  ask(name: string, ...args: string[]): Promise<string>;
  /** the states of jobs by `JOB` or `JOB_TASK`, including finished jobs as long as Slurm remembers them */
  states(): Promise<Map<string, string>>;
  /** Waits until `get` returns a value. @throws Error with the logs of the daemons */
  until<T>(what: string, get: () => Promise<T | undefined | false>): Promise<T>;
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Starts Slurm. @throws Error if it is not installed or does not start */
export async function startSlurm(): Promise<Slurm> {
  const folder = await mkdtemp(join(tmpdir(), "slurm-"));
  await Promise.all(["state", "spool"].map((name) => mkdir(join(folder, name))));
  const host = hostname().split(".")[0];
  const conf = join(folder, "slurm.conf");
  await writeFile(
    conf,
    `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
SlurmctldPort=${await freePort()}
SlurmdPort=${await freePort()}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
MaxArraySize=${MAX_ARRAY_SIZE}
KillWait=10
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
MailProg=/bin/true
SlurmdParameters=config_overrides
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${CPUS} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP
`,
  );
  const env = { ...process.env, SLURM_CONF: conf, PATH: `${process.env.PATH}:/usr/sbin` };
  const daemons: ChildProcess[] = [];
  let lost: Error | undefined;
  const daemon = (name: string, ...args: string[]) => {
    const child = spawn(name, ["-D", "-c", "-L", join(folder, `${name}.log`), ...args], {
      env,
      stdio: "ignore",
    });
    child.on("error", (error) => {
      lost = error;
    });
    daemons.push(child);
  };
  const ask: Slurm["ask"] = async (name, ...args) => (await run(name, args, { env })).stdout;
  const logs = async () =>
    (
      await Promise.all(
        ["slurmctld", "slurmd"].map((name) => readFile(join(folder, `${name}.log`), "utf8").catch(() => "")),
      )
    )
      .map((text) => text.split("\n").slice(-8).join("\n"))
      .join("\n");
  const until: Slurm["until"] = async (what, get) => {
    for (const end = Date.now() + 120_000; Date.now() < end; ) {
      if (lost) throw new Error(`Slurm is not installed: apt-get install slurm-wlm (${lost.message})`);
      const got = await get();
      if (got !== undefined && got !== false) return got;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`waited too long for ${what}\n${await ask("squeue").catch(String)}\n${await logs()}`);
  };
  const slurm: Slurm = {
    ...{ env, ask, until },
    async states() {
      const text = await ask("squeue", "--noheader", "--array", "--states=all", "--format=%i %T");
      return new Map(
        text.split("\n").flatMap((line) => (line ? [line.trim().split(/\s+/) as [string, string]] : [])),
      );
    },
    async stop() {
      for (const child of daemons) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  daemon("slurmctld");
  daemon("slurmd", "-N", host);
  try {
    await until("an idle node", async () =>
      (await ask("sinfo", "-h", "-o", "%T").catch(() => "")).includes("idle"),
    );
  } catch (error) {
    await slurm.stop();
    throw error;
  }
  return slurm;
}
