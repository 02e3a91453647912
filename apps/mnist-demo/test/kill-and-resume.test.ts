import { expect, it } from "vitest";
import { killAndResume } from "./kill-and-resume.ts";

it("a run that is killed now and then, also while it saves, ends as one that is not", { timeout: 120_000 }, async () => {
  const { killed, uninterrupted, mostStepsLost, stepsAtLastKill } = await killAndResume(4);
  expect(killed).toBe(uninterrupted);
  expect(mostStepsLost).toBe(0); // it saves after every step, and what it said was saved is
  expect(stepsAtLastKill).toBeGreaterThan(0); // something was there to be gone on with
});
