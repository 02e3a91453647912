// Compute pipelines and the bind groups that feed them. Every kernel has one bind group: its words (sizes, strides, scalars) as a window
// on the uniform ring, then its storage buffers.
import type { Memory } from "./buffers.ts";
import type { Device } from "./device.ts";
import { computeStage } from "./webgpu-constants.ts";

export interface Binding {
  readonly element: "f32" | "i32" | "u32" | "atomic<u32>";
  readonly writable: boolean;
}

export interface KernelSource {
  readonly label: string;
  readonly bindings: readonly Binding[];
  /** 32-bit words that the host writes for each dispatch. */
  readonly words: number;
  readonly code: string;
}

export interface Kernel {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: Layout;
  /** Of its words in the uniform ring: a multiple of `windowBytes`. */
  readonly windowByteLength: number;
}

/** Dynamic offsets are multiples of this on every device. */
export const windowBytes = 256;
/** Bind groups are cheap to make again: when there are this many of a layout, all are dropped. */
const mostGroups = 4096;

/** What kernels with the same kinds of bindings share. */
class Layout {
  readonly groupLayout: GPUBindGroupLayout;
  readonly pipelineLayout: GPUPipelineLayout;
  readonly #device: GPUDevice;
  readonly #windowByteLength: number;
  readonly #groups = new Map<string, GPUBindGroup>();

  constructor(device: GPUDevice, bindings: readonly Binding[], windowByteLength: number) {
    this.#device = device;
    this.#windowByteLength = windowByteLength;
    this.groupLayout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: computeStage, buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: windowByteLength } },
        ...bindings.map(
          ({ writable }, i): GPUBindGroupLayoutEntry => ({
            binding: i + 1,
            visibility: computeStage,
            buffer: { type: writable ? "storage" : "read-only-storage" },
          }),
        ),
      ],
    });
    this.pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.groupLayout] });
  }

  group(uniforms: GPUBuffer, buffers: readonly Memory[]): GPUBindGroup {
    let key = "";
    for (const { id } of buffers) key += `${id},`;
    let group = this.#groups.get(key);
    if (!group) {
      if (this.#groups.size >= mostGroups) this.#groups.clear();
      group = this.#device.createBindGroup({
        layout: this.groupLayout,
        entries: [
          { binding: 0, resource: { buffer: uniforms, size: this.#windowByteLength } },
          ...buffers.map(({ gpu }, i) => ({ binding: i + 1, resource: { buffer: gpu } })),
        ],
      });
      this.#groups.set(key, group);
    }
    return group;
  }
}

export class Pipelines {
  readonly #device: Device;
  readonly #layouts = new Map<string, Layout>();

  constructor(device: Device) {
    this.#device = device;
  }

  compile({ label, bindings, words, code }: KernelSource): Kernel {
    const windowByteLength = Math.max(1, Math.ceil((4 * words) / windowBytes)) * windowBytes;
    const { gpu } = this.#device;
    return this.#device.watch(
      () => `the kernel ${label}`,
      () => {
        const layout = this.#layout(bindings, windowByteLength);
        const module = gpu.createShaderModule({ label, code });
        const pipeline = gpu.createComputePipeline({ label, layout: layout.pipelineLayout, compute: { module, entryPoint: "main" } });
        return { label, pipeline, layout, windowByteLength };
      },
    );
  }

  #layout(bindings: readonly Binding[], windowByteLength: number): Layout {
    const key = `${windowByteLength}:${bindings.map(({ writable }) => Number(writable)).join("")}`;
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = new Layout(this.#device.gpu, bindings, windowByteLength);
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}
