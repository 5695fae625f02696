// The contract of who has which licenses, as it is read from any place in it, and of what tells one state of the ledger from another.
import { type QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, describe, expect, test } from "vitest";
import { type Assignment, keyOf } from "../../../domain/licenses/licenses.ts";
import { addDays } from "../../../domain/shared/time.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { keys, type Table } from "../../../functions/aws/table.ts";
import { aLocation, anOrganization, locationId } from "../../support/builders/make.ts";
import { acquired, assigned, device, key, more, traitsOf, unassigned, user } from "../../support/builders/postings.ts";
import { ada, battery, clientOf, databaseForTests, NOW } from "../../support/database/records.ts";

const here = locationId();
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });

const namesOf = (all: readonly Assignment[]): string[] => all.map(({ target }) => Object.values(target).join());

battery("licenses", (records) => {
  beforeEach(async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
    await records.locations.add(other);
    await records.licenses.post(acquired(key(), 3));
  });

  test("are told with how often each was touched and when it was last, whatever the posting does", async () => {
    const there = key("101", other.id);
    const [acquiredAt, ...moments] = [0, 1, 2, 3, 4].map((day) => addDays(NOW, day));
    expect(await records.licenses.state(here)).toEqual([
      { asset: { ...traitsOf(key()), available: 3, assigned: 0, retired: 0 }, version: 1, changedAt: acquiredAt, assignmentsVersion: 0 },
    ]);
    const [first, second, third, last] = moments;
    await records.licenses.post({ ...acquired(key("102"), 1), at: NOW });
    await records.licenses.post({ ...assigned(key(), device("A"), user("u")), at: first ?? NOW });
    await records.licenses.post({ ...unassigned(key(), device("A")), at: second ?? NOW });
    await records.licenses.post({ ...more(key(), -9), at: last ?? NOW });
    await records.licenses.post({
      at: third ?? NOW,
      entries: [
        { asset: key(), available: -1 },
        { asset: there, available: 1 },
      ],
      traits: [traitsOf(there)],
    });
    const told = (location: typeof here) =>
      records.licenses
        .state(location)
        .then((all) => all.map(({ asset: { adamId, available, assigned: held }, ...rest }) => ({ adamId, available, held, ...rest })));
    expect(await told(here)).toEqual([
      { adamId: "101", available: 1, held: 1, version: 4, changedAt: third, assignmentsVersion: 2, assignmentsChangedAt: second },
      { adamId: "102", available: 1, held: 0, version: 1, changedAt: NOW, assignmentsVersion: 0 },
    ]);
    expect(await told(other.id)).toEqual([{ adamId: "101", available: 1, held: 0, version: 1, changedAt: third, assignmentsVersion: 0 }]);
    await records.licenses.post({ at: NOW, entries: [], traits: [traitsOf(key(), { version: 2, name: "Pages" })] });
    expect((await records.licenses.state(here)).map(({ version }) => version)).toEqual([4, 1]);
  });

  const theState = async () => {
    const [state] = await records.licenses.state(here);
    if (state === undefined) throw new Error("there is an asset");
    return state;
  };
  test("are read from wherever they are asked for, in any order, also by whoever goes on and after a change", async () => {
    await records.licenses.post(more(key(), 9));
    await records.licenses.post(assigned(key(), ...["1", "2", "3", "4", "5"].map(device), user("a"), user("b")));
    const before = await theState();
    const read = async (state: typeof before, ...from: number[]) =>
      Promise.all(from.map(async (offset) => namesOf(await records.licenses.assignmentsAt(state, offset, 2))));
    const pages = [["1", "2"], ["3", "4"], ["5", "a"], ["b"]];
    expect(await read(before, 0, 2, 4, 6)).toEqual(pages);
    for (const offset of [6, 2, 4, 0, 2, 4, 6]) expect(await read(before, offset)).toEqual([pages[offset / 2]]);
    expect(await read(before, 1, 7, 8, 99)).toEqual([["2", "3"], [], [], []]);
    expect(namesOf(await records.licenses.assignmentsAt(before, 0, 100))).toEqual(pages.flat());
    await records.licenses.post(unassigned(key(), device("1")));
    expect(await read(await theState(), 0, 2, 4, 6)).toEqual([["2", "3"], ["4", "5"], ["a", "b"], []]);
    const [one] = await records.licenses.assignmentsAt(await theState(), 0, 1);
    expect(one).toEqual({ asset: key(), target: device("2"), assignedAt: NOW });
    expect(await records.licenses.assignmentsAt({ ...before, asset: { ...before.asset, adamId: "9" } }, 0, 5)).toEqual([]);
  });

  test("are read by when they were made, and by whom they are to", async () => {
    const later = addDays(NOW, 1);
    await records.licenses.post(acquired(key("102"), 3));
    await records.licenses.post(assigned(key(), device("A")));
    const { entries, assigned: made = [] } = assigned(key(), device("B"), user("A"));
    await records.licenses.post({ at: later, entries, assigned: made.map((each) => ({ ...each, assignedAt: later })) });
    await records.licenses.post(assigned(key("102"), user("A")));
    const before = (moment: Date, milliseconds: number) => new Date(moment.getTime() - milliseconds);
    expect(namesOf(await records.licenses.assignmentsSince(key(), before(NOW, 1)))).toEqual(["A", "B", "A"]);
    expect(await records.licenses.assignmentsSince(key(), NOW)).toEqual([
      { asset: key(), target: device("B"), assignedAt: later },
      { asset: key(), target: user("A"), assignedAt: later },
    ]);
    expect(await records.licenses.assignmentsSince(key(), later)).toEqual([]);
    const all = [key("104"), key("102"), key()];
    expect(await records.licenses.assignmentsTo(user("A"), all)).toEqual([
      { asset: key("102"), target: user("A"), assignedAt: NOW },
      { asset: key(), target: user("A"), assignedAt: later },
    ]);
    expect((await records.licenses.assignmentsTo(device("A"), all)).map(({ asset }) => asset.adamId)).toEqual(["101"]);
    expect(await records.licenses.assignmentsTo(user("A"), [])).toEqual([]);
  });
});

describe("in DynamoDB", () => {
  const database = databaseForTests();
  let table: Table;
  let asked: QueryCommand["input"][];
  beforeEach(async () => {
    const client = clientOf(database.endpoint());
    await database.table();
    asked = [];
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === "QueryCommand") asked.push(args.input as QueryCommand["input"]);
          return next(args);
        },
      { step: "initialize" },
    );
    table = { ...(await database.table()), client };
  });
  const stateOf = async ({ licenses }: ReturnType<typeof recordsIn>) => {
    const [state] = await licenses.state(here);
    if (state === undefined) throw new Error("there is an asset");
    return state;
  };
  const ways = () => asked.filter(({ Select }) => Select === "COUNT").length;

  test("who goes on where a reading ended walks no way twice; after a change nobody goes on from there", async () => {
    const records = recordsIn(table);
    const { licenses } = records;
    await licenses.post(acquired(key(), 20));
    await licenses.post(assigned(key(), ...Array.from({ length: 9 }, (_, index) => device(`${index}`))));
    const before = await stateOf(records);
    for (const offset of [0, 3, 6]) expect(namesOf(await licenses.assignmentsAt(before, offset, 3))[0]).toBe(`${offset}`);
    expect(ways()).toBe(0);
    await licenses.post(more(key(), 1));
    await licenses.assignmentsAt(await stateOf(records), 6, 3);
    expect(ways()).toBe(0);
    await recordsIn(table).licenses.assignmentsAt(before, 6, 3);
    expect(ways()).toBe(1);
    await licenses.post(unassigned(key(), device("0")));
    expect(namesOf(await licenses.assignmentsAt(await stateOf(records), 3, 3))).toEqual(["4", "5", "6"]);
    expect(ways()).toBe(2);
  });

  test("more than one answer of the table holds is read whole", async () => {
    const records = recordsIn(table);
    const { licenses } = records;
    await licenses.post(acquired(key(), 1000));
    const names = Array.from({ length: 900 }, (_, index) => `${String(index).padStart(3, "0")}${"😀".repeat(247)}`);
    for (let start = 0; start < names.length; start += 90)
      await licenses.post(assigned(key(), ...names.slice(start, start + 90).map(user)));
    asked = [];
    expect(namesOf(await licenses.assignmentsAt(await stateOf(records), 0, 900))).toEqual(names);
    expect(asked.filter(({ Select }) => Select !== undefined).length).toBeGreaterThan(1);
    expect(namesOf(await recordsIn(table).licenses.assignmentsAt(await stateOf(records), 880, 900))).toEqual(names.slice(880));
  });

  test("what was written before there were versions, and with a place in an index, is read and taken back all the same", async () => {
    const records = recordsIn(table);
    const { licenses } = records;
    await licenses.post(acquired(key(), 3));
    await licenses.post(assigned(key(), user("u"), device("A")));
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keys.counts(key()),
        UpdateExpression: "REMOVE version, changedAt, assignmentsVersion, assignmentsChangedAt",
      }),
    );
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keys.assignment(key(), user("u")),
        UpdateExpression: "SET kind = :kind, sortKey = :asset",
        ExpressionAttributeValues: { ":kind": `HELD#${here}#USER#u`, ":asset": "101#STDQ" },
      }),
    );
    const before = await stateOf(records);
    const asset = { ...traitsOf(key()), available: 1, assigned: 2, retired: 0 };
    expect(before).toEqual({ asset, version: 0, changedAt: undefined, assignmentsVersion: 0, assignmentsChangedAt: undefined });
    expect(namesOf(await licenses.assignmentsAt(before, 0, 5))).toEqual(["A", "u"]);
    const list = { of: "target", locationId: here, target: user("u") } as const;
    expect((await licenses.assignments(list, { limit: 5 })).items).toEqual([{ asset: key(), target: user("u"), assignedAt: NOW }]);
    expect(await licenses.post(unassigned(keyOf(before.asset), user("u")))).toBe(true);
    expect(await stateOf(records)).toMatchObject({ version: 1, changedAt: NOW, assignmentsVersion: 1, assignmentsChangedAt: NOW });
  });
});
