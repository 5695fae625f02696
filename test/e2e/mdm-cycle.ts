// What MDM servers ask of a location's licenses and users, one after the other, and what each comes to: with Apple's samples, and what open-source clients
// send. The location has 20 of an app, 9 of another one, and 5 of a book.
import { expect } from "vitest";

export const [APP, OTHER, BOOK] = ["408709785", "361309726", "1118509401"] as const;

const IDS = ["client-1", "client-2", "client-3", "client-4"];
const SERIALS = ["C02A", "C02B", "C02C", "C02D"];
const ACCOUNT = "anna@appleid.example.org";
/** Users and devices in one request, and an asset without its quality, as Apple's sample has it. */
const SAMPLE = { assets: [{ adamId: APP }, { adamId: OTHER, pricingParam: "STDQ" }], clientUserIds: IDS, serialNumbers: SERIALS };
/** With what it had read of the asset, as Fleet sends it. */
export const FLEETS = { assets: [{ adamId: APP, pricingParam: "STDQ", availableCount: 12 }], serialNumbers: ["C02E"] };
const SCARCE = { assets: [{ adamId: OTHER }], serialNumbers: ["C02E", "C02F", "C02G"], clientUserIds: ["client-9"] };
const usersOf = (...clientUserIds: string[]) => clientUserIds.map((clientUserId) => ({ clientUserId }));

const complete = (count: number) => ({ eventStatus: "COMPLETE", numCompleted: count, numRequested: count });
const failed = (numCompleted: number, numRequested: number, ...failures: [errorNumber: number, errorInfo: object][]) => ({
  eventStatus: "FAILED",
  numCompleted,
  numRequested,
  failures: failures.map(([errorNumber, errorInfo]) => ({ errorNumber, errorMessage: expect.any(String), errorInfo })),
});
const NOBODY_9 = { clientUserIds: ["client-9"] };

/** `counts`: how many are available, assigned and retired then, of the app, the other one and the book. */
type Row = readonly [type: string, endpoint: string, body: object, comesTo: object, counts: string];

export const CYCLE: readonly Row[] = [
  [
    "CREATE",
    "users/create",
    { users: [{ clientUserId: "client-1", email: "anna@example.org", managedAppleId: ACCOUNT }, ...usersOf(...IDS.slice(1))] },
    complete(4),
    "20,0,0 9,0,0 5,0,0",
  ],
  ["ASSOCIATE", "assets/associate", SAMPLE, complete(16), "12,8,0 1,8,0 5,0,0"],
  ["ASSOCIATE", "assets/associate", SAMPLE, complete(16), "12,8,0 1,8,0 5,0,0"],
  ["ASSOCIATE", "assets/associate/", FLEETS, complete(1), "11,9,0 1,8,0 5,0,0"],
  [
    "ASSOCIATE",
    "assets/associate",
    SCARCE,
    failed(1, 4, [9609, NOBODY_9], [9709, { assets: [{ adamId: OTHER, pricingParam: "STDQ" }], serialNumbers: ["C02F", "C02G"] }]),
    "11,9,0 0,9,0 5,0,0",
  ],
  [
    "ASSOCIATE",
    "assets/associate",
    { assets: [{ adamId: BOOK, pricingParam: "PLUS" }], clientUserIds: IDS.slice(0, 2) },
    complete(2),
    "11,9,0 0,9,0 3,2,0",
  ],
  [
    "DISASSOCIATE",
    "assets/disassociate",
    { assets: [{ adamId: APP }], serialNumbers: ["C02A", "C02B", "C02Z"] },
    complete(3),
    "13,7,0 0,9,0 3,2,0",
  ],
  ["REVOKE", "assets/revoke", { serialNumbers: ["C02C", "C02E"], clientUserIds: ["client-2"] }, complete(3), "16,4,0 3,6,0 3,2,0"],
  ["REVOKE", "assets/revoke", { serialNumbers: ["C02C"], clientUserIds: null }, complete(1), "16,4,0 3,6,0 3,2,0"],
  [
    "UPDATE",
    "users/update",
    { users: [{ clientUserId: "client-2", email: "ben@example.org" }, ...usersOf("client-9")] },
    failed(1, 2, [9609, NOBODY_9]),
    "16,4,0 3,6,0 3,2,0",
  ],
  ["RETIRE", "users/retire", { users: usersOf("client-1", "client-2") }, complete(2), "17,3,0 4,5,0 3,0,2"],
  ["RETIRE", "users/retire", { users: usersOf("client-1") }, failed(0, 1, [9609, { clientUserIds: ["client-1"] }]), "17,3,0 4,5,0 3,0,2"],
  ["CREATE", "users/create", { users: [{ clientUserId: "client-1", managedAppleId: ACCOUNT }] }, complete(1), "17,3,0 4,5,0 3,0,2"],
];
