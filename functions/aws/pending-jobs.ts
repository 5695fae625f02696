// Jobs that have not ended, in the Records table: a row for each in one partition, the earliest first, and a count for each location. Both are written in
// the transaction that adds or ends the job, so that neither can differ from the jobs themselves.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type JobLimits, NOTHING_PENDING, PendingCount, PendingJob, pendingLimit } from "../../domain/device-api/job.ts";
import type { Work } from "../../domain/device-api/work.ts";
import type { PendingJobs } from "../ports/pending-jobs.ts";
import { fromItem, keys, readItem, recordsOf, type Table, toItem } from "./table.ts";
import { conditionally, putNew } from "./transact.ts";
import type { Write } from "./write.ts";

const counted = ({ name: TableName }: Table, { locationId, requested }: Work, by: 1 | -1): NonNullable<Write["Update"]> => ({
  TableName,
  Key: keys.pendingCount(locationId),
  UpdateExpression: "ADD jobs :jobs, assignments :assignments",
  ExpressionAttributeValues: { ":jobs": by, ":assignments": by * requested },
});

/** A part of the transaction that adds the job. Its condition does not hold when the location has no room for one more. */
export const countAdded = (table: Table, work: Work, limits: JobLimits): Write => {
  const { ExpressionAttributeValues, ...added } = counted(table, work, 1);
  const room = pendingLimit(work, limits);
  return {
    Update: {
      ...added,
      ConditionExpression: "attribute_not_exists(pk) OR (jobs <= :roomOfJobs AND assignments <= :roomOfAssignments)",
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ":roomOfJobs": room.jobs, ":roomOfAssignments": room.assignments },
    },
  };
};

/** A part of the transaction that adds the job: lists it as pending. */
export const listPending = (table: Table, { id, locationId, requestedAt }: Work): Write =>
  putNew(table, { ...keys.pendingJob({ id, requestedAt }), ...toItem({ id, locationId, requestedAt }) });

/**
 * A part of every transaction that ends a job: by its last step, stopped or given up. The condition of that transaction, that the job has not ended, makes
 * this happen once.
 */
export const releasePlace = (table: Table, work: Work): Write[] => [
  { Delete: { TableName: table.name, Key: keys.pendingJob(work) } },
  { Update: counted(table, work, -1) },
];

export const pendingJobsIn = (table: Table): PendingJobs => ({
  requestedUntil(last) {
    const query = {
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk AND sk < :after",
      // `$` sorts right after the `#` before the identifier.
      ExpressionAttributeValues: { ":pk": "JOBS", ":after": `${last.toISOString()}$` },
    };
    return recordsOf(table, query, (item) => fromItem(PendingJob, item));
  },
  async noteResumed(job, resumed) {
    const update = new UpdateCommand({
      TableName: table.name,
      Key: keys.pendingJob(job),
      UpdateExpression: "SET resumed = :resumed",
      // The row of a job that ended meanwhile is gone, and must not come back.
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":resumed": toItem(resumed) },
    });
    await conditionally(() => table.client.send(update));
  },
  async countAt(location) {
    const item = await readItem(table, keys.pendingCount(location));
    return item === undefined ? NOTHING_PENDING : fromItem(PendingCount, item);
  },
});
