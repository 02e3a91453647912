// Backends by name, with the factor that their float functions need on the files' tolerances.
import type { Backend } from "@gradkit/tensor";

export interface Chosen {
  readonly backend: Backend;
  readonly slack: number;
}

const makers: Readonly<Record<string, () => Promise<Chosen | null>>> = {
  reference: async () => ({ backend: (await import("@gradkit/tensor/testing")).reference(), slack: 1 }),
  cpu: async () => ({ backend: await (await import("@gradkit/backend-cpu")).cpu({ poison: true }), slack: 1 }),
  webgpu: async () => {
    const backend = await (await import("@gradkit/backend-webgpu")).webgpu();
    return backend && { backend, slack: 1 };
  },
};

/** Null where there is no backend of this name, or its device is not there. */
export const chooseBackend = async (name: string): Promise<Chosen | null> => (await makers[name]?.()) ?? null;
