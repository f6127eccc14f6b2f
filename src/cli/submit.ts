// `submit`: prints what to submit to a scheduler so that many machines make a diagram or a sweep. It submits nothing.

import { resolve } from "node:path";
import { checkPhase, MesaError, phaseMethod } from "../index.ts";
import { readValue } from "../report/wording.ts";
import { commandOf, here, quoteWord } from "./configuration.ts";
import { type PhaseFlags, readDiagram } from "./phase.ts";
import { readSweep, type SweepFlags } from "./sweep.ts";

export type Scheduler = "slurm" | "kubernetes" | "parallel";

/** The flags that are for the scheduler. */
export interface SubmitFlags {
  shards: string;
  out: string;
  cpus: string;
  gpus?: string;
  time?: string;
  partition?: string;
  image?: string;
  claim?: string;
}

/** the maximum number of shards: fewer than the shard files could number, and more than schedulers accept */
const MAX_SHARDS = 100_000;

/** The commands to submit, and the resources that they need. */
interface Job {
  /** the command for one shard; `{}` stands for the number of the shard */
  readonly shard: string;
  readonly merge: string;
  readonly shards: number;
  readonly cpus: number;
  readonly gpus: number;
  readonly out: string;
  readonly flags: SubmitFlags;
}

/** The whole number that a flag gives. @throws MesaError `INVALID_CONFIG` if it is not in [min, max] */
function count(flag: string, text: string, min: number, max: number): number {
  const value = readValue(text);
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw new MesaError(
    "INVALID_CONFIG",
    `${flag} must be a whole number in [${min}, ${max}], got ${JSON.stringify(text)}`,
  );
}

/**
 * Prints what to submit, after the checks that the command itself would make.
 *
 * @throws MesaError
 */
export async function submitCommand(
  scheduler: Scheduler,
  command: "phase" | "sweep",
  name: string | undefined,
  flags: (PhaseFlags | SweepFlags) & SubmitFlags,
): Promise<void> {
  await check(command, name, flags);
  const shards = count("--shards", flags.shards, 1, MAX_SHARDS);
  const cpus = count("--cpus", flags.cpus, 1, 1024);
  const gpus = flags.gpus === undefined ? 0 : count("--gpus", flags.gpus, 0, 1);
  const asked = commandOf(command, name, flags);
  // a cluster's nodes have the folder at the same absolute path; in a container it is mounted at the path as given
  const out = scheduler === "kubernetes" ? flags.out : resolve(flags.out);
  const called = scheduler === "kubernetes" ? (text: string) => text : here;
  const job: Job = {
    shard: called(`${asked} --threads ${cpus} --out ${quoteWord(out)} --shard {}`),
    // it names the question, because the folder may have shards of other questions
    merge: called(`mesa-induction merge ${quoteWord(out)} --question ${quoteWord(asked)}`),
    ...{ shards, cpus, gpus, out, flags },
  };
  const print = { slurm, kubernetes, parallel }[scheduler];
  process.stdout.write(await print(job));
}

/** @throws MesaError the error that the command itself would throw before it solves anything */
async function check(
  command: "phase" | "sweep",
  name: string | undefined,
  flags: PhaseFlags | SweepFlags,
): Promise<void> {
  const cpu = { ...flags, backend: "cpu" as const };
  delete cpu.adapter;
  if (command === "phase") {
    const diagram = checkPhase(await readDiagram(name, cpu as PhaseFlags));
    phaseMethod(diagram, flags.method, flags.backend);
  } else {
    await readSweep(name, cpu as SweepFlags);
  }
}

/** A script that submits job arrays, each no larger than the cluster allows, and a merge that waits for them. */
function slurm({ shard, merge, shards, cpus, gpus, out, flags }: Job): string {
  const common = [
    ...(flags.partition === undefined ? [] : [`--partition=${quoteWord(flags.partition)}`]),
    ...(flags.time === undefined ? [] : [`--time=${quoteWord(flags.time)}`]),
  ];
  const options = [
    ...["--parsable", "--job-name=mesa-induction", `--cpus-per-task=${cpus}`],
    ...(gpus > 0 ? [`--gpus-per-task=${gpus}`] : []),
    // one minute's warning is enough to save the solved cells; a requeued job resumes from them
    ...["--requeue", "--open-mode=append", "--signal=B:TERM@60"],
    ...common,
  ].join(" ");
  const logs = quoteWord(`${out}/logs`);
  return `#!/bin/bash
# ${shards} shards on Slurm, then their merge. Run it with bash where sbatch is: bash this-file
set -euo pipefail
mkdir -p ${logs}
shards=${shards}
# an array's indices are below MaxArraySize, so many shards need several arrays
most=$(scontrol show config | awk '$1 == "MaxArraySize" { print $3 - 1 }')
jobs=
for ((first = 0; first < shards; first += most)); do
  count=$((shards - first < most ? shards - first : most))
  job=$(FIRST=$first sbatch --export=ALL --array=1-$count ${options} \\
    --output=${logs}/%A_%a.log <<'TASK'
#!/bin/bash
exec ${shard.replace("{}", `$((FIRST + SLURM_ARRAY_TASK_ID))/${shards}`)}
TASK
  )
  jobs+=":\${job%%;*}"
done
merge=$(sbatch --parsable --job-name=mesa-induction-merge ${["--dependency=afterok$jobs", "--kill-on-invalid-dep=yes", ...common].join(" ")} \\
  --output=${logs}/merge_%j.log <<'TASK'
#!/bin/bash
exec ${merge}
TASK
)
jobs=\${jobs#:}
echo "arrays \${jobs//:/ }, then merge \${merge%%;*}"
`;
}

/** The command line for GNU parallel. */
function parallel({ shard, merge, shards, flags }: Job): string {
  const task = shard.replace("{}", `{}/${shards}`);
  const at = flags.partition === undefined ? "" : ` --sshloginfile ${quoteWord(flags.partition)}`;
  return `seq ${shards} | parallel --line-buffer --halt soon,fail=1${at} ${quoteWord(task)} && ${merge}\n`;
}

/** An Indexed Job with one pod per shard, and a Job that waits for the shards and merges them; both use one volume. */
async function kubernetes({ shard, merge, shards, cpus, gpus, out, flags }: Job): Promise<string> {
  const { stringify } = await import("yaml");
  const image = flags.image ?? "mesa-induction:latest";
  const volume = { name: "results", persistentVolumeClaim: { claimName: flags.claim ?? "mesa-induction" } };
  const jobOf = (name: string, command: string, cpus: number, gpus: number, spec: object) => {
    const resources = { cpu: String(cpus), ...(gpus > 0 && { "nvidia.com/gpu": String(gpus) }) };
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name },
      spec: {
        ...spec,
        ...(flags.time !== undefined && {
          activeDeadlineSeconds: count("--time", flags.time, 1, 2 ** 31 - 1),
        }),
        template: {
          spec: {
            restartPolicy: "Never",
            // time to save the solved cells when a pod is terminated
            terminationGracePeriodSeconds: 60,
            ...(flags.partition !== undefined && {
              nodeSelector: { "node.kubernetes.io/instance-type": flags.partition },
            }),
            containers: [
              {
                name: "mesa-induction",
                image,
                command: ["sh", "-c", `exec ${command}`],
                resources: { requests: resources, limits: resources },
                volumeMounts: [{ name: volume.name, mountPath: out }],
              },
            ],
            volumes: [volume],
          },
        },
      },
    };
  };
  const indexed = {
    completionMode: "Indexed",
    completions: shards,
    parallelism: shards,
    backoffLimit: 6 * shards,
  };
  const task = shard.replace("{}", `$((JOB_COMPLETION_INDEX + 1))/${shards}`);
  return [
    jobOf("mesa-induction", task, cpus, gpus, indexed),
    jobOf("mesa-induction-merge", `${merge} --wait`, 1, 0, { backoffLimit: 6 }),
  ]
    .map((job) => stringify(job, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
}
