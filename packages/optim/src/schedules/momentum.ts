// The momentum of a group, under whichever name its optimizer has it.
import { GradkitError } from "@gradkit/tensor";
import type { ScheduledGroup, ScheduledOptimizer } from "./scheduler.ts";

export function setMomentum(group: ScheduledGroup, momentum: number): void {
  if (group.betas) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
}

export function checkHasMomentum(schedule: string, { paramGroups }: ScheduledOptimizer): void {
  if (paramGroups.some((group) => group.betas === undefined && group.momentum === undefined)) {
    throw new GradkitError(schedule, "the optimizer has no momentum to cycle. Pass { cycleMomentum: false }");
  }
}
