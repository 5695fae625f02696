// Takes a message of the queue of checks: one check, or a page of the daily run.

import type { DailyCheckPorts } from "./enqueue-daily.ts";
import { DailyRun, enqueueDailyChecks } from "./enqueue-daily.ts";
import { type CheckPorts, runCheck } from "./run-check.ts";

export const takeCheckMessage = async (message: unknown, ports: CheckPorts & DailyCheckPorts): Promise<void> => {
  const { data: run } = DailyRun.safeParse(message);
  return run === undefined ? runCheck(message, ports) : enqueueDailyChecks(run, ports);
};
