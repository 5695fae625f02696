// Goes on with one piece of work for a while: step after step, each recorded with how far the work has come. Then it goes to the end of its location's queue, so
// that a small request does not wait for a large one.
import * as z from "zod";
import { isOverdue, whyStopped } from "../../../domain/device-api/job.ts";
import { nextStep, type Part, type Work, WorkId, type WorkType } from "../../../domain/device-api/work.ts";
import { Refusal } from "../../../domain/shared/refusal.ts";
import { publishEffects, workOrderOf } from "../../lib/publish.ts";
import { RetryLater } from "../../lib/retry-later.ts";
import { getOrThrow, retryOnConflict } from "../../middleware/handler.ts";
import type { BearerFound } from "../../ports/bearers.ts";
import type { Effect, Preconditions } from "../../ports/shared.ts";
import { associate, disassociate } from "./manage-assets.ts";
import { createUsers, retireUsers, updateUsers } from "./manage-users.ts";
import { revoke } from "./revoke-assets.ts";
import type { Step, WorkPorts } from "./step.ts";
import { giveUpJob, stopJob } from "./stop-job.ts";

const Order = z.object({ workId: WorkId });

/** About 1,000 licenses. */
const STEPS_AT_ONCE = 12;

const STEPS: Readonly<Record<WorkType, Step>> = {
  ASSOCIATE: associate,
  DISASSOCIATE: disassociate,
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

/**
 * Preconditions of a step. A superseded token is left out, since its end is final. The accounts that were given the token are read again before each step and
 * are no precondition: one account may have the tokens of many locations, whose steps would contend for its record.
 */
const stepPreconditions = ({ token, location }: Pick<BearerFound, "token" | "location">): Preconditions => ({
  locations: [location],
  tokens: token.invalidation === undefined ? [token] : [],
});

/** The next step: what it left to be told, `undefined` when all was done before. */
const stepOf = (id: WorkId, partAt: (index: number) => Promise<Part>, isTimeUp: () => boolean, ports: WorkPorts) =>
  retryOnConflict(async (): Promise<{ readonly told: readonly Effect[] | undefined } | undefined> => {
    const work = getOrThrow(await ports.works.get(id), "work");
    const next = nextStep(work);
    if (next === undefined) return { told: undefined };
    if (isOverdue(work, ports.now())) {
      await giveUpJob(work, ports);
      return { told: [] };
    }
    const [part, found] = await Promise.all([partAt(next.part), ports.bearers.get(work.tokenId)]);
    const { location, config } = found;
    const reason = whyStopped(found);
    if (reason !== undefined) return { told: await stopJob(reason, { work, location, config }, ports) };
    const told = await STEPS[work.type](
      { work, part, asset: next.asset, location, preconditions: stepPreconditions(found), config, isTimeUp },
      ports,
    );
    return told === undefined ? undefined : { told };
  });

const isBusy = (error: unknown): boolean => error instanceof Refusal && error.reason === "busy";

type Done = "all" | "some" | "nothing";

/** Steps until all is done, there were enough of them, or the time is up. */
const doSome = async (id: WorkId, ports: WorkPorts, isTimeUp: () => boolean): Promise<Done> => {
  const all: Effect[] = [];
  const partAt = partsOf(id, ports);
  let done: Done = "nothing";
  try {
    for (let count = 0; count < STEPS_AT_ONCE && !isTimeUp(); count++) {
      const { told } = await stepOf(id, partAt, isTimeUp, ports);
      if (told === undefined) return "all";
      all.push(...told);
      done = "some";
    }
    return done;
  } catch (error) {
    if (error instanceof RetryLater) return "some";
    if (!isBusy(error)) throw error;
    ports.log.info("work waits since others write to the same records", { workId: id });
    return done;
  } finally {
    await publishEffects(all, ports);
  }
};

/**
 * Harmless when it is given twice: each step is recorded once. Rejects when it could not go on, so that it is given again: only work that came some way goes
 * back into the queue by itself, since what never gets on has to end as a dead letter.
 */
export const doWork = async (order: unknown, ports: WorkPorts, isTimeUp: () => boolean): Promise<void> => {
  const { bus, works, now, random } = ports;
  const { workId } = Order.parse(order);
  const done = await doSome(workId, ports, isTimeUp);
  if (done === "all") return;
  if (done === "nothing") throw new RetryLater(`the work ${workId} did not get on`);
  const work: Work = getOrThrow(await works.get(workId), "work");
  if (nextStep(work) === undefined) return;
  const told = await bus.publish([workOrderOf(work, { at: now(), random })]);
  if (told.length === 0) throw new Error(`the work ${workId} could not be put back into the queue`);
};

/** Work that could not be done after all attempts: it ends, so that whoever waits for it knows. */
export const giveUpWork = async (order: unknown, ports: Pick<WorkPorts, "works" | "log" | "now">): Promise<void> => {
  const { workId } = Order.parse(order);
  const work = await ports.works.get(workId);
  if (work !== undefined) await giveUpJob(work, ports);
};
