// Records dispatches and submits them; each submission is as long as the pace allows.

import { Part } from "../../shaders/layout.ts";
import { readBack } from "./buffers.ts";
import type { OpenDevice } from "./device.ts";
import { type Kernel, USAGE } from "./kernel.ts";
import { Pace } from "./pace.ts";

/** the default alignment of a dynamic offset */
const STRIDE = 256;
/** the maximum number of parts in one submission */
const SLOTS = 1024;

/** The fields of a Part; fields that are left out are 0. */
export type PartValues = Partial<Parameters<typeof Part.write>[2]>;

const NOTHING = Object.fromEntries(Part.fields.map((field) => [field, 0])) as Required<PartValues>;

export class Recorder {
  /** the parts of a submission: the first binding of every kernel */
  readonly parts: GPUBuffer;
  /** submissions so far */
  submissions = 0;
  readonly #open: OpenDevice;
  readonly #pace = new Pace();
  readonly #slots = new DataView(new ArrayBuffer(SLOTS * STRIDE));
  #used = 0;
  #work = 0;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;

  constructor(open: OpenDevice) {
    this.#open = open;
    this.parts = open.device.createBuffer({
      label: "parts",
      size: SLOTS * STRIDE,
      usage: USAGE.uniform | USAGE.copyTarget,
    });
  }

  /** how many rollout steps still fit into this submission */
  get room(): number {
    return this.#used < SLOTS - 8 ? this.#pace.budget - this.#work : 0;
  }

  /** rollout steps of a whole submission */
  get budget(): number {
    return this.#pace.budget;
  }

  /** Adds a part to the submission. @returns its offset, for the dispatches that use it */
  part(values: PartValues): number {
    const offset = this.#used++ * STRIDE;
    Part.write(this.#slots, offset, { ...NOTHING, ...values });
    return offset;
  }

  /** @param work in rollout steps */
  dispatch(kernel: Kernel, group: GPUBindGroup, part: number, x: number, work = 0): void {
    this.#pass ??= this.#commands().beginComputePass({ label: "step" });
    this.#pass.setPipeline(kernel.pipeline);
    this.#pass.setBindGroup(0, group, [part]);
    this.#pass.dispatchWorkgroups(x);
    this.#work += work;
  }

  /** Records that a buffer is set to zero. */
  clear(buffer: GPUBuffer): void {
    this.#endPass();
    this.#commands().clearBuffer(buffer);
  }

  copy(from: GPUBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, size: number): void {
    this.#endPass();
    this.#commands().copyBufferToBuffer(from, fromOffset, to, toOffset, size);
  }

  /** Submits the recorded commands and waits until they are done. */
  async flush(): Promise<void> {
    if (!this.#encoder) return;
    this.#endPass();
    const { queue } = this.#open.device;
    queue.writeBuffer(this.parts, 0, this.#slots.buffer, 0, this.#used * STRIDE);
    const started = performance.now();
    queue.submit([this.#encoder.finish()]);
    this.submissions++;
    const work = this.#work;
    this.#encoder = undefined;
    this.#used = 0;
    this.#work = 0;
    await queue.onSubmittedWorkDone();
    this.#pace.learn(work, (performance.now() - started) / 1000);
  }

  /** Submits the recorded commands, and returns the bytes of a readable buffer afterwards. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    // start both at once, so that there is one wait instead of two
    const [, copied] = await Promise.all([this.flush(), readBack(buffer, bytes)]);
    return copied;
  }

  #commands(): GPUCommandEncoder {
    this.#encoder ??= this.#open.device.createCommandEncoder({ label: "step" });
    return this.#encoder;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }
}
