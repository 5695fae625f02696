// Work that MDM servers asked for, in the Records table: what it is and how far it has come, each part of it, and what failed. All of it goes by itself
// some time after nobody may ask for it any more.
import type * as z from "zod";
import { hasRoom, NOTHING_PENDING } from "../../domain/device-api/job.ts";
import { Failure, isEnded, Part, stepsOf, WORK_KEPT_DAYS, Work } from "../../domain/device-api/work.ts";
import { addDays } from "../../domain/shared/time.ts";
import type { Progress, Works } from "../ports/works.ts";
import { countAdded, listPending, releasePlace } from "./pending-jobs.ts";
import { fromItem, itemsOf, keys, readItem, type Table, toItem } from "./table.ts";
import { attemptTransaction, putNew, transact } from "./transact.ts";
import type { Write } from "./write.ts";

const goneAt = ({ requestedAt }: Pick<Work, "requestedAt">) => ({ ttl: Math.floor(addDays(requestedAt, WORK_KEPT_DAYS).getTime() / 1000) });

/**
 * The expression that ends a job's record, which DynamoDB then removes some time later. A job that has not ended has no `ttl`: its removal would leave its
 * place in the count of pending jobs taken.
 */
const ENDED = "SET #ttl = :ttl";

/** A part of the transaction that completes a step: the job's progress. The last step ends the job. */
export const progressed = (table: Table, progress: Progress | undefined): Write[] => {
  if (progress === undefined) return [];
  const { work, outcome, at } = progress;
  const isLast = isEnded({ ...work, step: work.step + 1 });
  const moved: Write = {
    Update: {
      TableName: table.name,
      Key: keys.work(work.id),
      UpdateExpression: `${isLast ? `${ENDED}, ` : "SET "}progressedAt = :at ADD #step :one, completed :completed`,
      ConditionExpression: "#step = :step AND #step < :steps AND attribute_not_exists(stopped)",
      ExpressionAttributeNames: { "#step": "step", ...(isLast ? { "#ttl": "ttl" } : {}) },
      ExpressionAttributeValues: {
        ":one": 1,
        ":completed": outcome.completed,
        ":step": work.step,
        ":steps": stepsOf(work),
        ":at": at.toISOString(),
        ...(isLast ? { ":ttl": goneAt(work).ttl } : {}),
      },
    },
  };
  const failed = outcome.failures.map((failure, index) =>
    putNew(table, { ...keys.failure(work.id, work.step, index), ...goneAt(work), ...toItem({ ...failure, step: work.step }) }),
  );
  return [moved, ...failed, ...(isLast ? releasePlace(table, work) : [])];
};

export const worksIn = (table: Table): Works => {
  const read = async <Schema extends z.ZodType>(schema: Schema, key: Record<string, string>) => {
    const item = await readItem(table, key);
    return item === undefined ? undefined : fromItem(schema, item);
  };
  return {
    get: (id) => read(Work, keys.work(id)),

    async add(work, parts, limits, effects, preconditions) {
      if (!hasRoom(NOTHING_PENDING, work, limits)) return "full";
      const writes = [
        countAdded(table, work, limits),
        listPending(table, work),
        putNew(table, { ...keys.work(work.id), ...toItem(work) }),
        ...parts.map((part, index) => putNew(table, { ...keys.workPart(work.id, index), ...goneAt(work), ...toItem(part) })),
      ];
      const failed = await attemptTransaction(table, writes, effects, preconditions);
      if (failed.length === 0) return "added";
      return failed.includes(0) ? "full" : "changed";
    },

    async part(id, index) {
      const part = await read(Part, keys.workPart(id, index));
      if (part === undefined) throw new Error(`part ${index} of the work ${id} is not recorded`);
      return part;
    },

    async failures(id) {
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :failed)",
        ExpressionAttributeValues: { ":pk": keys.work(id).pk, ":failed": "FAILED#" },
      };
      return (await Array.fromAsync(itemsOf(table, query))).map((item) => fromItem(Failure, item));
    },

    advance: (progress, effects, preconditions) => transact(table, progressed(table, progress), effects, preconditions),

    stop(work, stopped, effects) {
      const update: Write = {
        Update: {
          TableName: table.name,
          Key: keys.work(work.id),
          UpdateExpression: `${ENDED}, stopped = :stopped`,
          ConditionExpression: "attribute_exists(pk) AND #step < :steps AND attribute_not_exists(stopped)",
          ExpressionAttributeNames: { "#step": "step", "#ttl": "ttl" },
          ExpressionAttributeValues: { ":stopped": toItem(stopped), ":steps": stepsOf(work), ":ttl": goneAt(work).ttl },
        },
      };
      return transact(table, [update, ...releasePlace(table, work)], effects);
    },
  };
};
