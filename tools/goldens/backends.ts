// Backends by name, with the factor that their float functions need on the files' tolerances.
import type { Backend } from "@gradkit/tensor";

export interface Chosen {
  readonly backend: Backend;
  readonly slack: number;
}

const makers: Readonly<Record<string, () => Promise<Chosen>>> = {
  reference: async () => ({ backend: (await import("@gradkit/tensor/testing")).reference(), slack: 1 }),
  cpu: async () => ({ backend: await (await import("@gradkit/backend-cpu")).cpu(), slack: 1 }),
};

/** Throws for a name that is none, and where the device is not there. */
export async function chooseBackend(name: string): Promise<Chosen> {
  const make = makers[name];
  if (!make) throw new Error(`no backend ${name}. There is ${Object.keys(makers).join(", ")}`);
  return make();
}
