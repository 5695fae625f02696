// Writes that carry their rule as a condition, and the one way in which an act is recorded: with what it leaves behind, all or nothing.
import { setTimeout as sleep } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { OutboxMessage } from "../../domain/shared/events.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { FIRST_VERSION } from "../../domain/shared/version.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import type { Effect, Preconditions } from "../ports/shared.ts";
import { nextEntries } from "./custody.ts";
import { keys, type Table, toItem } from "./table.ts";
import type { Write } from "./write.ts";

/** The indexes of the conditions that did not hold; `undefined` if the write failed for another reason. */
const failedConditions = (error: unknown): readonly number[] | undefined => {
  if (error instanceof Error && error.name === "ConditionalCheckFailedException") return [0];
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const failed = (error.CancellationReasons ?? []).flatMap(({ Code }, index) => (Code === "ConditionalCheckFailed" ? [index] : []));
  return failed.length === 0 ? undefined : failed;
};

/** Another transaction held one of the items, or the table was asked too much: the same write may succeed a moment later. */
const PASSING = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

const isPassing = (error: unknown): boolean =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).some(({ Code }) => PASSING.has(Code ?? ""))
    : error instanceof Error && error.name === "TransactionConflictException";

/** The table was asked too much, and the SDK has tried as often as it does: more attempts would only add to it. */
const THROTTLED = new Set(["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]);

const isThrottled = (error: unknown): boolean => error instanceof Error && THROTTLED.has(error.name);

const ATTEMPTS = 9;
const FIRST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 1000;
/** DynamoDB's own limit. */
const MAX_ITEMS = 100;

const busy = (): Refusal => new Refusal("busy", "Too much is written to these records at this moment. Try again.");

/** Resolves when it is time for an act's next attempt, and refuses as `busy` when there is none left. */
type NextAttempt = () => Promise<void>;

/**
 * The attempts of one act, whatever each of them failed for.
 * Invariant: the pauses of an act are less than 4.6 s together, half of that on average.
 */
const attempts = (): NextAttempt => {
  let longest = FIRST_PAUSE_MILLISECONDS;
  let made = 1;
  return async () => {
    if (made === ATTEMPTS) throw busy();
    made += 1;
    // Anywhere in the whole span, so that those who met don't meet again; and the longer they don't get through, the more of them there are.
    await sleep(Math.random() * longest);
    longest = Math.min(longest * 2, LONGEST_PAUSE_MILLISECONDS);
  };
};

/** Which conditions did not hold, none when it was written. What passes is tried again, since the SDK does not retry a canceled transaction. */
const written = async (write: () => Promise<unknown>, nextAttempt: NextAttempt): Promise<readonly number[]> => {
  for (;;) {
    try {
      await write();
      return [];
    } catch (error) {
      const failed = failedConditions(error);
      if (failed !== undefined) return failed;
      if (isThrottled(error)) throw busy();
      if (!isPassing(error)) throw error;
      await nextAttempt();
    }
  }
};

/** Runs a write that carries its rule as a condition: false when the condition did not hold. Refuses as `busy` what does not pass in time. */
export const conditionally = async (write: () => Promise<unknown>): Promise<boolean> => (await written(write, attempts())).length === 0;

export const putNew = ({ name: TableName }: Table, item: Record<string, unknown>): Write => ({
  Put: { TableName, Item: item, ConditionExpression: "attribute_not_exists(pk)" },
});

/** A record's edition over the one before it, or its first where there is none; not when another one came first. */
export const putEdition = (table: Table, item: Record<string, unknown>, version: number): Write =>
  version === FIRST_VERSION
    ? putNew(table, item)
    : {
        Put: {
          TableName: table.name,
          Item: item,
          ConditionExpression: "version = :before",
          ExpressionAttributeValues: { ":before": version - 1 },
        },
      };

const outboxRow = (table: Table, message: OutboxMessage): Write => putNew(table, { ...keys.outbox(message), ...toItem(message) });

const checkVersion = ({ name: TableName }: Table, Key: Record<string, string>, version: number, more = ""): Write => ({
  ConditionCheck: {
    TableName,
    Key,
    ConditionExpression: `version = :version${more}`,
    ExpressionAttributeValues: { ":version": version },
  },
});

/** A token is unchanged while it is not invalidated, has no new holder, and its expiry date was not rewritten. */
const checkToken = ({ name: TableName }: Table, { id, downloadedBy }: ContentToken): Write => ({
  ConditionCheck: {
    TableName,
    Key: keys.contentToken(id),
    ConditionExpression: "attribute_not_exists(invalidation) AND size(downloadedBy) = :holders",
    ExpressionAttributeValues: { ":holders": downloadedBy.length },
  },
});

/** Links that were never written have version 0. */
const checkLinks = (table: Table, { location, version }: LocationLinks): Write =>
  version === 0
    ? { ConditionCheck: { TableName: table.name, Key: keys.links(location), ConditionExpression: "attribute_not_exists(pk)" } }
    : checkVersion(table, keys.links(location), version);

const checkArrivals = ({ name: TableName }: Table, location: LocationId, count: number): Write => ({
  ConditionCheck: {
    TableName,
    Key: keys.arrivals(location),
    ...(count === 0
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : { ConditionExpression: "arrivals = :count", ExpressionAttributeValues: { ":count": count } }),
  },
});

const checksOf = (
  table: Table,
  { organization, accounts = [], servers = [], tokens = [], locations = [], links = [], arrivals = [] }: Preconditions,
): Write[] => [
  ...(organization === undefined ? [] : [checkVersion(table, keys.organization(), organization.version)]),
  ...[...accounts].map(({ id, version }) => checkVersion(table, keys.account(id), version)),
  ...servers.map(({ id, version }) => checkVersion(table, keys.server(id), version, " AND attribute_not_exists(removedAt)")),
  ...tokens.map((token) => checkToken(table, token)),
  ...locations.map(({ id, version }) => checkVersion(table, keys.location(id), version, " AND attribute_not_exists(closedAt)")),
  ...links.map((each) => checkLinks(table, each)),
  ...arrivals.map(({ location, count }) => checkArrivals(table, location, count)),
];

/** An item can stand in a transaction once: what is written carries its own condition, and a check stands once. */
const withoutRepeats = (writes: readonly Write[], checks: readonly Write[]): Write[] => {
  const keyOf = ({ Put, Update, Delete, ConditionCheck }: Write): string => {
    const { pk, sk } = Put?.Item ?? (Update ?? Delete ?? ConditionCheck)?.Key ?? {};
    return `${pk} ${sk}`;
  };
  const taken = new Set(writes.map(keyOf));
  return checks.filter((check) => {
    const isNew = !taken.has(keyOf(check));
    taken.add(keyOf(check));
    return isNew;
  });
};

/**
 * Writes all of `writes` and the effects, or nothing. Returns the indexes of the conditions that did not hold: first those of `writes`, then those of the
 * preconditions. When another act took the place in a custody chain, the entries are appended to that one and the transaction is repeated.
 */
export const attemptTransaction = async (
  table: Table,
  writes: readonly Write[],
  effects: readonly Effect[] = [],
  preconditions: Preconditions = {},
): Promise<readonly number[]> => {
  const conditional = [...writes, ...withoutRepeats(writes, checksOf(table, preconditions))];
  const rows = effects.flatMap((effect) => (effect.kind === "custody" ? [] : [outboxRow(table, effect)]));
  const records = effects.filter((effect) => effect.kind === "custody");
  const nextAttempt = attempts();
  for (;;) {
    const TransactItems = [...conditional, ...rows, ...(await nextEntries(table, records))];
    if (TransactItems.length > MAX_ITEMS) throw new Error(`an act of ${TransactItems.length} items is more than one transaction takes`);
    const failed = await written(() => table.client.send(new TransactWriteCommand({ TransactItems })), nextAttempt);
    const own = failed.filter((index) => index < conditional.length);
    if (failed.length === 0 || own.length > 0) return own;
    await nextAttempt();
  }
};

/** The same as true or false: false when a condition of `writes` did not hold, or a precondition changed. */
export const transact = async (...act: Parameters<typeof attemptTransaction>): Promise<boolean> =>
  (await attemptTransaction(...act)).length === 0;
