// All programs whose memory is watched, in the order of the table.
import type { Scenario } from "../scenario.ts";
import { graphScenarios } from "./graphs.ts";
import { inferenceScenarios } from "./inference.ts";
import { keepingScenarios } from "./keeping.ts";
import { trainingScenarios } from "./training.ts";

export const scenarios: readonly Scenario[] = [...trainingScenarios, ...inferenceScenarios, ...keepingScenarios, ...graphScenarios];
