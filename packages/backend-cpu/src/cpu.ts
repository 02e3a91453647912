// The backend: one object over one memory, its kernels compiled as they are called.
import type { Backend } from "@gradkit/tensor/backend";
