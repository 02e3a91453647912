// Preload (`node --import`): gives any program the test rig's GPU as `navigator.gpu`, where a browser has it.
import { openGpu } from "./rig.ts";

Object.defineProperty(globalThis.navigator, "gpu", { value: openGpu() });
