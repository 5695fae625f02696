// Acts of MDM servers and people as they are drawn, and how each is carried out: whoever is not answered asks again, and an MDM server whose token ended gets
// another one. What answers promise is noted, so that it can be held against the records.
import * as fc from "fast-check";
import type { AccountId } from "../../../domain/shared/ids.ts";
import { accountIdOf } from "../../../functions/lib/account-id.ts";
import { type Answer, ISSUERS, type MdmServer, PLACES, rarely, type Scene } from "./device-scene.ts";
import { later } from "./scene.ts";

/** An app of which there are few, one that never comes back, a book, and an app for many. */
export const ASSETS = [
  { adamId: "101", productType: "App", quantity: 12 },
  { adamId: "102", productType: "App", revocable: false, quantity: 40 },
  { adamId: "103", productType: "Book", quantity: 40 },
  { adamId: "104", productType: "App", quantity: 120 },
] as const;
export const MANY = "104";

const named = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
export const DEVICES = named("D", 28);
/** Whom MDM servers keep, and whom people alone assign to. */
export const USERS = named("u", 9);
export const NAMES = named("v", 5);
const FLEET = named("F", 200);
const APPLE_ACCOUNTS = named("apple", 4).map((name) => `${name}@example.net`);

/** How often each is drawn, against the others. */
const KINDS = {
  associate: 12,
  associateMany: 2,
  disassociate: 7,
  revokeAssets: 4,
  createUsers: 7,
  updateUsers: 3,
  retireUsers: 4,
  status: 2,
  users: 3,
  assets: 3,
  assignments: 3,
  acquire: 2,
  transfer: 5,
  assign: 6,
  unassign: 4,
  retire: 4,
  revokeToken: 1,
  password: 1,
} as const;
type Kind = keyof typeof KINDS;

export type Draw = {
  readonly kind: Kind;
  readonly server: number;
  readonly assets: readonly number[];
  readonly devices: readonly string[];
  readonly users: readonly string[];
  readonly names: readonly string[];
  readonly apple: readonly (string | undefined)[];
  readonly quantity: number;
  /** After which call to a port the first delivery dies. */
  readonly dies: number | undefined;
};

const some = (of: readonly string[], most: number) => fc.subarray([...of], { maxLength: most });

export const draws = (seed: number, count: number): Draw[] =>
  fc.sample(
    fc.record<Draw>({
      kind: fc.oneof(...Object.entries(KINDS).map(([kind, weight]) => ({ arbitrary: fc.constant(kind as Kind), weight }))),
      server: fc.nat(3),
      // Most are about the one of which there are few.
      assets: fc.oneof(fc.constant([0]), fc.subarray([0, 1, 3], { minLength: 1 }), fc.subarray([0, 1, 2, 3], { minLength: 2 })),
      devices: some(DEVICES, 10),
      users: some(USERS, 6),
      names: some(NAMES, 3),
      apple: fc.array(
        fc.option(fc.constantFrom(...APPLE_ACCOUNTS)).map((account) => account ?? undefined),
        { minLength: 9, maxLength: 9 },
      ),
      quantity: fc.integer({ min: 1, max: 6 }),
      dies: rarely(4, fc.integer({ min: 1, max: 14 })),
    }),
    { seed, numRuns: count },
  );

export type Promised = {
  /** By Adam ID, when it was asked for and when it was answered: in between it is one or the other. */
  readonly asked: Map<string, number>;
  readonly acquired: Map<string, number>;
  /** Of which work it was said that it will be done. */
  readonly events: { readonly eventId: string; readonly server: MdmServer; readonly requested: number }[];
  /** Tokens of which it was answered that they ended. */
  readonly ended: Set<string>;
  readonly issued: Map<string, AccountId>;
  /** What an answer about a state of the data held. */
  readonly states: Map<string, string>;
  readonly refused: Map<number, number>;
  keys: number;
};
export const nothingPromised = (): Promised => ({
  asked: new Map(),
  acquired: new Map(),
  events: [],
  ended: new Set(),
  issued: new Map(),
  states: new Map(),
  refused: new Map(),
  keys: 0,
});

const add = (counts: Map<string, number>, name: string, count: number): void => void counts.set(name, (counts.get(name) ?? 0) + count);

export const acquire = async (
  scene: Scene,
  promised: Promised,
  {
    place,
    index,
    quantity,
    dies,
  }: { readonly place: string; readonly index: number; readonly quantity: number; readonly dies?: number | undefined },
): Promise<void> => {
  const { quantity: _, ...asset } = ASSETS[index] ?? ASSETS[0];
  const key = `acquire-${promised.keys++}`;
  add(promised.asked, asset.adamId, quantity);
  const answer = await scene.person({ route: "POST /v1/licenses", key, body: { locationId: place, ...asset, quantity } }, dies);
  if (answer.statusCode !== 200 && answer.statusCode !== 201) throw new Error(`licenses were not acquired: ${JSON.stringify(answer)}`);
  add(promised.acquired, asset.adamId, quantity);
};

/** A token that a person issues and links to the MDM server, and whose file somebody puts there. */
export const equip = async (scene: Scene, promised: Promised, server: MdmServer): Promise<void> => {
  const { host, ports, person } = scene;
  for (;;) {
    later(host, 1);
    const as = ISSUERS[promised.keys % ISSUERS.length] ?? ISSUERS[0];
    const issued = await person({
      route: "POST /v1/content-tokens",
      as,
      key: `issue-${promised.keys++}`,
      body: { locationId: server.place },
    });
    const { id } = issued.body;
    const token = typeof id === "string" ? await ports.tokens.get(id as never) : undefined;
    const file = token === undefined ? undefined : host.files.get(token.file.key);
    // Another one may have ended it at once.
    if (file === undefined) continue;
    await person({ route: "PUT /v1/mdm-servers/{id}/links/{tokenId}", path: [server.id, id], body: {} });
    promised.issued.set(id, accountIdOf(as));
    server.token = { id, bearer: Buffer.from(file).toString("latin1") };
    return;
  }
};

/** Of an MDM server, until it is answered. */
const ask = async (
  scene: Scene,
  promised: Promised,
  server: MdmServer,
  key: string,
  what: { query?: object; body?: object },
  dies?: number,
) => {
  for (let count = 0; count < 40; count++) {
    const { token } = server;
    const mustFail = promised.ended.has(token.id);
    const isToDie = count === 0 && dies !== undefined;
    const answer = await scene.request(token.bearer, key, what, isToDie ? dies : undefined);
    const { status, body } = answer;
    const { errorNumber } = body;
    if (mustFail && !isToDie && errorNumber !== 9625) throw new Error(`${key} was answered ${status} with ${token.id}, which had ended`);
    if (errorNumber !== undefined) promised.refused.set(errorNumber, (promised.refused.get(errorNumber) ?? 0) + 1);
    if (errorNumber === 9603 && !isToDie) throw new Error(`${key} failed: ${scene.lines.slice(-3).join("\n")}`);
    if (errorNumber === 9625) await equip(scene, promised, server);
    else if (errorNumber !== 9603 && errorNumber !== 9643) return answer;
  }
  throw new Error(`${key} was not answered`);
};

const order = async (scene: Scene, promised: Promised, server: MdmServer, path: string, body: object, requested: number, dies?: number) => {
  const answer = await ask(scene, promised, server, `POST ${path}`, { body }, dies);
  const { eventId } = answer.body;
  if (typeof eventId === "string") promised.events.push({ eventId, server, requested });
  else if (![9609, 9706, 9707].includes(Number(answer.body.errorNumber))) throw new Error(`${path} was refused: ${JSON.stringify(answer)}`);
};

export const statusOf = (scene: Scene, promised: Promised, { eventId, server }: Promised["events"][number]): Promise<Answer> =>
  ask(scene, promised, server, "GET /status", { query: { eventId } });

const DATA = { users: "users", assets: "assets", assignments: "assignments" } as const;

/** A page of all there is. Two answers that bear the same version id hold the same. */
const list = async (scene: Scene, promised: Promised, server: MdmServer, what: keyof typeof DATA): Promise<void> => {
  const { status, body } = await ask(scene, promised, server, `GET /${what}`, {});
  if (status !== 200) throw new Error(`GET /${what} was answered ${JSON.stringify(body)}`);
  const held = JSON.stringify(body[DATA[what]]);
  const state = `${server.place} ${what} ${body.versionId}`;
  const before = promised.states.get(state);
  if (before !== undefined && before !== held) throw new Error(`${state} stands for two states: ${before} and ${held}`);
  promised.states.set(state, held);
};

const revokeToken = async (scene: Scene, promised: Promised, { token: { id } }: MdmServer): Promise<void> => {
  const { statusCode } = await scene.person({ route: "POST /v1/content-tokens/{id}/revocation", path: [id], body: { reason: "lost" } });
  if (statusCode === 200) promised.ended.add(id);
};

const changePassword = async (scene: Scene, promised: Promised, index: number): Promise<void> => {
  const account = accountIdOf(ISSUERS[index % ISSUERS.length] ?? ISSUERS[0]);
  const given = [...promised.issued].flatMap(([token, by]) => (by === account ? [token] : []));
  const { statusCode } = await scene.person({ route: "POST /v1/accounts/{id}/password-changes", path: [account], body: {} });
  if (statusCode !== 202) throw new Error("a password change was not taken");
  for (const token of given) promised.ended.add(token);
};

const usersOf = ({ users, apple }: Draw) =>
  users.map((clientUserId, index) => ({ clientUserId, ...(apple[index] === undefined ? {} : { managedAppleId: apple[index] }) }));

const unlessEmpty = <Item>(items: readonly Item[], otherwise: Item): readonly Item[] => (items.length === 0 ? [otherwise] : items);

export const carryOut = async (draw: Draw, scene: Scene, promised: Promised): Promise<void> => {
  later(scene.host, 1);
  const { kind, dies, quantity, names } = draw;
  const server = scene.servers[draw.server % scene.servers.length];
  if (server === undefined) throw new Error("there is no MDM server");
  const { place } = server;
  const assets = draw.assets.map((index) => ({ adamId: (ASSETS[index] ?? ASSETS[0]).adamId }));
  const [{ adamId } = { adamId: MANY }] = assets;
  const devices = draw.users.length === 0 ? unlessEmpty(draw.devices, "D0") : draw.devices;
  const targets = { serialNumbers: devices, clientUserIds: draw.users };
  const users = unlessEmpty(usersOf(draw), { clientUserId: "u0" });
  const elsewhere = PLACES.find((each) => each !== place) ?? place;
  const [byPeople, key] = [{ locationId: place, adamId }, `key-${promised.keys++}`];
  const each = devices.length + draw.users.length;
  switch (kind) {
    case "associate":
    case "disassociate":
      return order(scene, promised, server, `/assets/${kind}`, { assets, ...targets }, assets.length * each, dies);
    case "associateMany": {
      const serialNumbers = FLEET.slice(10 * quantity, 10 * quantity + 130);
      const many = [{ adamId: MANY }, { adamId: "101" }];
      return order(scene, promised, server, "/assets/associate", { assets: many, serialNumbers }, 2 * serialNumbers.length, dies);
    }
    case "revokeAssets":
      return order(scene, promised, server, "/assets/revoke", targets, each, dies);
    case "createUsers":
    case "updateUsers":
    case "retireUsers":
      return order(scene, promised, server, `/users/${kind.slice(0, -"Users".length)}`, { users }, users.length, dies);
    case "status": {
      const asked = promised.events[(quantity * 7919) % Math.max(1, promised.events.length)];
      if (asked !== undefined && (await statusOf(scene, promised, asked)).status !== 200) throw new Error(`${asked.eventId} is not found`);
      return;
    }
    case "users":
    case "assets":
    case "assignments":
      return list(scene, promised, server, kind);
    case "acquire":
      return acquire(scene, promised, { place, index: draw.assets[0] ?? 0, quantity, dies });
    case "revokeToken":
      return revokeToken(scene, promised, server);
    case "password":
      return changePassword(scene, promised, quantity);
    case "transfer":
      await scene.person(
        { route: "POST /v1/license-transfers", key, body: { fromLocationId: place, toLocationId: elsewhere, adamId, quantity } },
        dies,
      );
      return;
    case "assign":
    case "unassign": {
      const body = {
        ...byPeople,
        serialNumbers: adamId === "103" ? [] : unlessEmpty(devices, "D1").slice(0, 5),
        clientUserIds: unlessEmpty(names, "v0"),
      };
      if (kind === "assign") await scene.person({ route: "POST /v1/assignments", key, body }, dies);
      else await scene.person({ route: "POST /v1/assignments/removals", body }, dies);
      return;
    }
    case "retire":
      await scene.person(
        {
          route: "POST /v1/assignments/retirements",
          body: { locationId: place, clientUserIds: unlessEmpty([...draw.users.slice(0, 2), ...names], "v1") },
        },
        dies,
      );
  }
};
