// The ledger of licenses, the closing of locations and the monthly subscription in scene.
import { evaluateUsers } from "../../../domain/licenses/user-changes.ts";
import { askedUser, knownUsers } from "../../../functions/licenses/known-users.ts";
import { asking, call, type Host, here, issue, link, other, register, type Scenario } from "./scene.ts";

const ADAM_ID = "361309726";
const ASSET = { locationId: here.id, adamId: ADAM_ID };

const ask = async (host: Host, route: string, body: object): Promise<void> => {
  const { statusCode } = await call(host.ports, host.clock.now, { route, body });
  if (statusCode >= 300) throw new Error(`${route} answered ${statusCode}`);
};
const acquire = (host: Host, over: object = {}) => ask(host, "POST /v1/licenses", { ...ASSET, productType: "App", quantity: 5, ...over });

/** The MDM server of the location wants every notification that acts of people cause. */
const subscribe = async ({ ports }: Host): Promise<void> => {
  await ports.clientConfigs.change({
    locationId: here.id,
    notificationUrl: "https://mdm.example.org/apps",
    notificationAuthToken: await ports.cipher.encrypt("shown at each call", here.id),
    notificationTypes: ["ASSET_MANAGEMENT", "USER_MANAGEMENT"],
  });
};

/** Before an act on licenses: an app and a book, and somebody who has one of each. */
const withLicenses = async (host: Host): Promise<string[]> => {
  await subscribe(host);
  await acquire(host);
  await acquire(host, { adamId: "500", productType: "Book" });
  for (const adamId of [ADAM_ID, "500"]) await ask(host, "POST /v1/assignments", { ...ASSET, adamId, clientUserIds: ["u"] });
  return [];
};

/** As an MDM server creates one. */
const createUser = async ({ ports, clock }: Host, clientUserId: string): Promise<void> => {
  const asked = [askedUser({ clientUserId, managedAppleId: "eve@example.net" }, ports)];
  const known = await knownUsers(here.id, asked, ports);
  if (!(await ports.clientUsers.record(evaluateUsers("CREATE", asked, known, clock.now)))) throw new Error("the user could not be created");
};

const CSV = ["adamId,productType,quantity", ...Array.from({ length: 35 }, (_, index) => `${index + 1},App,2`)].join("\n");

export const LEDGER_SCENARIOS: readonly Scenario[] = [
  { name: "acquiring licenses", ...asking("POST /v1/licenses", () => ({ body: { ...ASSET, productType: "App", quantity: 5 } })) },
  {
    name: "acquiring licenses with a key",
    again: true,
    ...asking("POST /v1/licenses", () => ({ body: { ...ASSET, productType: "App", quantity: 5 }, key: "k" })),
  },
  {
    name: "saying what an asset is called",
    again: true,
    before: withLicenses,
    ...asking("PATCH /v1/licenses", () => ({ body: { ...ASSET, name: "Pages", bundleId: "com.apple.Pages" } })),
  },
  {
    name: "importing licenses in two parts",
    again: true,
    ...asking("POST /v1/licenses/import", () => ({ body: { locationId: here.id, csv: CSV }, key: "k" })),
  },
  {
    name: "transferring licenses",
    before: withLicenses,
    ...asking("POST /v1/license-transfers", () => ({
      body: { fromLocationId: here.id, toLocationId: other.id, adamId: ADAM_ID, quantity: 3 },
    })),
  },
  {
    name: "assigning licenses",
    before: withLicenses,
    ...asking("POST /v1/assignments", () => ({ body: { ...ASSET, serialNumbers: ["A", "B"], clientUserIds: ["u"] } })),
  },
  {
    name: "taking licenses back",
    before: withLicenses,
    ...asking("POST /v1/assignments/removals", () => ({ body: { ...ASSET, clientUserIds: ["u"] } })),
  },
  {
    name: "retiring a user",
    again: true,
    before: async (host) => {
      await createUser(host, "u");
      return withLicenses(host);
    },
    ...asking("POST /v1/assignments/retirements", () => ({ body: { locationId: here.id, clientUserIds: ["u"] } })),
  },
  {
    name: "closing a location with a link to a token that ended",
    again: true,
    before: async (host) => {
      const [server, token] = [await register(host, "Fleet"), await issue(host, other.id)];
      await link(host, server.id, token);
      await call(host.ports, host.clock.now, { route: "POST /v1/content-tokens/{id}/revocation", path: [token], body: { reason: "old" } });
      return [];
    },
    ...asking("DELETE /v1/locations/{id}", () => ({ path: [other.id] })),
  },
  {
    name: "beginning the subscription, which reserves the primary location",
    again: true,
    before: async (host) => {
      await link(host, (await register(host, "Fleet")).id, await issue(host));
      return [];
    },
    ...asking("PUT /v1/subscription", () => ({ body: { plan: "monthly" } })),
  },
  {
    name: "beginning the subscription with a location of its own",
    again: true,
    ...asking("PUT /v1/subscription", () => ({ body: { plan: "monthly", primaryInUse: true } })),
  },
  {
    name: "ending the subscription",
    again: true,
    before: async (host) => {
      await ask(host, "PUT /v1/subscription", { plan: "monthly" });
      return [];
    },
    ...asking("PUT /v1/subscription", () => ({ body: { plan: "none" } })),
  },
];
