// Goes on with one piece of work for a while: step after step, each recorded with how far the work has come. Then it goes to the end of its location's queue, so
// that a small request does not wait for a large one.
import * as z from "zod";
import { noClientConfig } from "../../domain/client-config.ts";
import { Refusal } from "../../domain/refusal.ts";
import { nextStep, type Part, type Work, WorkId, type WorkType } from "../../domain/work.ts";
import { announce, workOrderOf } from "../announce.ts";
import { existing, judgedAgain } from "../handle.ts";
import type { Trace } from "../ports.ts";
import { associate, disassociate } from "./manage-assets.ts";
import { createUsers, retireUsers, updateUsers } from "./manage-users.ts";
import { revoke } from "./revoke-assets.ts";
import type { AssetStepAt, Step, WorkPorts } from "./step.ts";

export const Order = z.object({ workId: WorkId });

/** About 1,000 licenses. */
const STEPS_AT_ONCE = 11;

const ofAsset =
  (step: Step<AssetStepAt>): Step<AssetStepAt | Omit<AssetStepAt, "asset">> =>
  (at, ports) => {
    if (!("asset" in at)) throw new Error(`${at.work.id} names no asset`);
    return step(at, ports);
  };

const STEPS: Readonly<Record<WorkType, Step<AssetStepAt | Omit<AssetStepAt, "asset">>>> = {
  ASSOCIATE: ofAsset(associate),
  DISASSOCIATE: ofAsset(disassociate),
  REVOKE: revoke,
  CREATE: createUsers,
  UPDATE: updateUsers,
  RETIRE: retireUsers,
};

/** A part is read once for all its steps: it never changes. */
const partsOf = (id: WorkId, { works }: WorkPorts) => {
  let last: { readonly index: number; readonly part: Part } | undefined;
  return async (index: number): Promise<Part> => {
    if (last?.index !== index) last = { index, part: await works.part(id, index) };
    return last.part;
  };
};

/** The next step; what it left to be told, and the work as it was before it. `undefined` traces: all was done. */
const stepOf = (id: WorkId, partAt: (index: number) => Promise<Part>, ports: WorkPorts) =>
  judgedAgain(async (): Promise<{ readonly traces?: readonly Trace[] } | undefined> => {
    const work = existing(await ports.works.get(id), "work");
    const next = nextStep(work);
    if (next === undefined) return {};
    const [part, location, config] = await Promise.all([
      partAt(next.part),
      ports.locations.get(work.locationId),
      ports.clientConfigs.get(work.locationId),
    ]);
    const at = { work, part, location: existing(location, "location"), config: config ?? noClientConfig(work.locationId) };
    const traces = await STEPS[work.type](next.asset === undefined ? at : { ...at, asset: next.asset }, ports);
    return traces === undefined ? undefined : { traces };
  });

const isBusy = (error: unknown): boolean => error instanceof Refusal && error.reason === "busy";

/** Steps until all is done, there were enough of them, or the time is up; answers whether all is done. */
const doSome = async (id: WorkId, ports: WorkPorts, isTimeUp: () => boolean): Promise<boolean> => {
  const told: Trace[] = [];
  const partAt = partsOf(id, ports);
  try {
    for (let count = 0; count < STEPS_AT_ONCE && !isTimeUp(); count++) {
      const { traces } = await stepOf(id, partAt, ports);
      if (traces === undefined) return true;
      told.push(...traces);
    }
    return false;
  } catch (error) {
    if (!isBusy(error)) throw error;
    ports.log.info("work waits since others write to the same records", { workId: id });
    return false;
  } finally {
    await announce(told, ports);
  }
};

/** Harmless when it is given twice: each step is recorded once. Rejects when it could not go on, so that it is given again. */
export const doWork = async (order: unknown, ports: WorkPorts, isTimeUp: () => boolean): Promise<void> => {
  const { bus, works, now, random } = ports;
  const { workId } = Order.parse(order);
  if (await doSome(workId, ports, isTimeUp)) return;
  const work: Work = existing(await works.get(workId), "work");
  if (nextStep(work) === undefined) return;
  const told = await bus.publish([workOrderOf(work, { at: now(), random })]);
  if (told.length === 0) throw new Error(`the work ${workId} could not be put back into the queue`);
};

/** Work that could not be done after all attempts: it ends, so that whoever waits for it knows. */
export const giveUpWork = async (order: unknown, { works, log, now }: Pick<WorkPorts, "works" | "log" | "now">): Promise<void> => {
  const { workId } = Order.parse(order);
  const work = await works.get(workId);
  if (work === undefined || !(await works.giveUp(work, now()))) return;
  log.error("work was given up", undefined, { workId, locationId: work.locationId, step: work.step });
  log.count("WorkGivenUp", 1);
};
