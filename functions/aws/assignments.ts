// Who has a license, in the Records table: an item for each assignment, in the partition of its asset. No index holds them, so that all reads are strongly
// consistent and an assignment costs one item.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { AssetKey, type Assignment, Target, targetText } from "../../domain/licenses/licenses.ts";
import type { AssetState } from "../ports/licenses.ts";
import { fromItem, itemsOf, keys, readItems, type Table, toItem } from "./table.ts";

const Assigned = z.intersection(
  z.object({ location: AssetKey.shape.locationId, ...AssetKey.omit({ locationId: true }).shape, assignedAt: z.date() }),
  Target,
);

/** `location` and not `locationId`: the index byLocation holds content tokens alone. */
export const assignmentItem = ({ asset, target, assignedAt }: Assignment) => ({
  ...keys.assignment(asset, target),
  location: asset.locationId,
  adamId: asset.adamId,
  pricingParam: asset.pricingParam,
  ...target,
  ...toItem({ assignedAt }),
});

export const assignmentOf = (item: Record<string, unknown>): Assignment => {
  const { location, adamId, pricingParam, assignedAt, ...target } = fromItem(Assigned, item);
  return { asset: { locationId: location, adamId, pricingParam }, target, assignedAt };
};

/** The sort key range of an asset's assignments: after its counts, up to the last target. */
export const TARGETS = { from: "SN#", to: "USER$" };

const targetsOf = (asset: AssetKey) => ({
  ConsistentRead: true,
  KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
  ExpressionAttributeValues: { ":pk": keys.counts(asset).pk, ":from": TARGETS.from, ":to": TARGETS.to },
});

/** The assignments of `target` among `assets`, in their order. */
export const assignmentsTo = async (table: Table, target: Target, assets: readonly AssetKey[]): Promise<readonly Assignment[]> => {
  const items = await readItems(
    table,
    assets.map((asset) => keys.assignment(asset, target)),
  );
  const byAsset = new Map(items.map((item) => [item.pk, item]));
  return assets.flatMap((asset) => {
    const item = byAsset.get(keys.counts(asset).pk);
    return item === undefined ? [] : [assignmentOf(item)];
  });
};

/** As a filter of the table, so that what is older is neither sent nor parsed; it is read all the same. */
export const assignmentsSince = async (table: Table, asset: AssetKey, after: Date): Promise<readonly Assignment[]> => {
  const { ExpressionAttributeValues, ...query } = targetsOf(asset);
  const items = itemsOf(table, {
    ...query,
    FilterExpression: "assignedAt > :after",
    ExpressionAttributeValues: { ...ExpressionAttributeValues, ":after": after.toISOString() },
  });
  return (await Array.fromAsync(items)).map(assignmentOf);
};

const MOST_MARKS = 1000;

/**
 * Reads assignments by their offset, which the table can't: it counts its way through those before. Where a reading ended is remembered, so that who goes
 * on from there walks no way twice.
 * Invariant: a mark belongs to one assignments version of one asset, which has one order of assignments. If that version was gone before the mark was
 * made, a caller that follows the mark finds another version afterwards, because the port requires callers to look again.
 */
export const offsetReader = (table: Table) => {
  const marks = new Map<string, string>();
  const nameOf = ({ asset, assignmentsVersion }: AssetState, offset: number): string =>
    JSON.stringify([keys.counts(asset).pk, assignmentsVersion, offset]);
  const remember = (name: string, sk: string): void => {
    marks.set(name, sk);
    const [oldest] = marks.keys();
    if (marks.size > MOST_MARKS && oldest !== undefined) marks.delete(oldest);
  };

  /** At most `limit` items behind `after`, or how many there are; and the last one's key, unless there are fewer. */
  const read = async (asset: AssetKey, after: string | undefined, limit: number, select: "ALL_ATTRIBUTES" | "COUNT") => {
    const found: Record<string, unknown>[] = [];
    const { pk } = keys.counts(asset);
    let left = limit;
    let last = after;
    while (left > 0) {
      const answer = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          ...targetsOf(asset),
          Select: select,
          Limit: left,
          ...(last === undefined ? {} : { ExclusiveStartKey: { pk, sk: last } }),
        }),
      );
      found.push(...(answer.Items ?? []));
      left -= answer.Count ?? 0;
      if (answer.LastEvaluatedKey === undefined) return { found, last: undefined };
      last = String(answer.LastEvaluatedKey.sk);
    }
    return { found, last };
  };

  return async (state: AssetState, offset: number, limit: number): Promise<readonly Assignment[]> => {
    const { asset } = state;
    const mark = offset === 0 ? undefined : (marks.get(nameOf(state, offset)) ?? (await read(asset, undefined, offset, "COUNT")).last);
    if (offset > 0 && mark === undefined) return [];
    const { found, last } = await read(asset, mark, limit, "ALL_ATTRIBUTES");
    if (last !== undefined) remember(nameOf(state, offset + limit), last);
    return found.map(assignmentOf);
  };
};

/** Which of `targets` have a license of the asset. */
export const holding = async (table: Table, asset: AssetKey, targets: readonly Target[]): Promise<readonly Target[]> => {
  const found = await readItems(
    table,
    targets.map((target) => keys.assignment(asset, target)),
  );
  const held = new Set(found.map(({ sk }) => sk));
  return targets.filter((target) => held.has(targetText(target)));
};
