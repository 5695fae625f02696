// Work that MDM servers asked for, in the Records table: what it is and how far it has come, each part of it, and what failed. All of it goes by itself
// some time after nobody may ask for it any more.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { addDays } from "../../domain/time.ts";
import { Failure, Part, stepsOf, WORK_KEPT_DAYS, Work } from "../../domain/work.ts";
import type { Progress, Works } from "../ports/mdm.ts";
import { fromItem, itemsOf, keys, readItem, type Table, toItem } from "./table.ts";
import { conditionally, putNew, transact, type Write } from "./transact.ts";

const goneAt = ({ requestedAt }: Pick<Work, "requestedAt">) => ({ ttl: Math.floor(addDays(requestedAt, WORK_KEPT_DAYS).getTime() / 1000) });

/** How far the work comes, as a part of whatever act takes it there. */
export const progressed = (table: Table, progress: Progress | undefined): Write[] => {
  if (progress === undefined) return [];
  const { work, outcome } = progress;
  const moved: Write = {
    Update: {
      TableName: table.name,
      Key: keys.work(work.id),
      UpdateExpression: "ADD #step :one, completed :completed",
      ConditionExpression: "#step = :step AND attribute_not_exists(diedAt)",
      ExpressionAttributeNames: { "#step": "step" },
      ExpressionAttributeValues: { ":one": 1, ":completed": outcome.completed, ":step": work.step },
    },
  };
  const failed = outcome.failures.map((failure, index) =>
    putNew(table, { ...keys.failure(work.id, work.step, index), ...goneAt(work), ...toItem({ ...failure, step: work.step }) }),
  );
  return [moved, ...failed];
};

export const worksIn = (table: Table): Works => {
  const read = async <Schema extends z.ZodType>(schema: Schema, key: Record<string, string>) => {
    const item = await readItem(table, key);
    return item === undefined ? undefined : fromItem(schema, item);
  };
  return {
    get: (id) => read(Work, keys.work(id)),

    add(work, parts, traces, judged) {
      const writes = [
        putNew(table, { ...keys.work(work.id), ...goneAt(work), ...toItem(work) }),
        ...parts.map((part, index) => putNew(table, { ...keys.workPart(work.id, index), ...goneAt(work), ...toItem(part) })),
      ];
      return transact(table, writes, traces, judged);
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

    advance: (progress, traces, judged) => transact(table, progressed(table, progress), traces, judged),

    giveUp(work, at) {
      const update = new UpdateCommand({
        TableName: table.name,
        Key: keys.work(work.id),
        UpdateExpression: "SET diedAt = :at",
        ConditionExpression: "attribute_exists(pk) AND #step < :steps AND attribute_not_exists(diedAt)",
        ExpressionAttributeNames: { "#step": "step" },
        ExpressionAttributeValues: { ":at": at.toISOString(), ":steps": stepsOf(work) },
      });
      return conditionally(() => table.client.send(update));
    },
  };
};
