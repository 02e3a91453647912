// The promises of the backend contract, checked without tensors.
import type { Backend } from "../../backend.ts";
import type { ConformanceCase } from "../conformance.ts";
import { fusionCases } from "./fusion.ts";
import { mapCases } from "./map.ts";
import { memoryCases } from "./memory.ts";
import { randomCases } from "./random.ts";
import { rowwiseCases } from "./rowwise.ts";
import { typeCases } from "./types.ts";
import { viewCases } from "./views.ts";

export const contractCases = (backend: Backend): ConformanceCase[] => [
  ...memoryCases(backend),
  ...mapCases(backend),
  ...typeCases(backend),
  ...viewCases(backend),
  ...fusionCases(backend),
  ...rowwiseCases(backend),
  ...randomCases(backend),
];
