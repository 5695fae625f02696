// The walk's steps on the organization: licenses that are taken in, transferred and assigned, and the monthly subscription that begins and ends.
import { type Client, succeeded } from "../../client/client.ts";
import { eventually } from "./narrator.ts";
import { eventsWith, text, type Walk } from "./walk-shared.ts";

const PAGES = "361309726";

type Counts = { readonly total: number; readonly available: number; readonly assigned: number; readonly retired: number };
const countsText = ({ total, available, assigned, retired }: Counts): string =>
  `${total} = ${available} available + ${assigned} assigned + ${retired} retired`;

const walkLicenses = async (walk: Walk, admin: Client): Promise<void> => {
  const { narrator } = walk;
  narrator.step("Licenses are taken in from a file, transferred to another location and assigned");
  const [from, to] = [
    succeeded(await admin("POST /v1/locations", { name: "Demo library" })).id,
    succeeded(await admin("POST /v1/locations", { name: "Demo branch" })).id,
  ];
  const csv = `adamId,name,productType,quantity\n${PAGES},Pages,App,10\n500,A book,Book,2\n`;
  const key = { "idempotency-key": `demo-${from}` };
  const checked = succeeded(await admin("POST /v1/licenses/import", { locationId: from, csv: `${csv}x,,Song,-1\n`, dryRun: true }));
  const [problem] = checked.problems;
  narrator.promise("a dry run names the bad line", problem?.line === 4, `line ${problem?.line}: ${problem?.problem}`);
  await admin("POST /v1/licenses/import", { locationId: from, csv }, key);
  const taken = succeeded(await admin("POST /v1/licenses/import", { locationId: from, csv }, key));
  const asset = async (locationId: string, adamId = PAGES) =>
    succeeded(await admin("GET /v1/licenses", { locationId })).items.find((each) => each.adamId === adamId);
  const had = await asset(from);
  narrator.promise("sent twice with one key, the file counts once", had?.total === 10, `${taken.quantity} licenses in the file`);

  const transfer = { fromLocationId: from, toLocationId: to, adamId: PAGES };
  const assignment = { locationId: from, adamId: PAGES, serialNumbers: ["C02DEMO1", "C02DEMO2"], clientUserIds: ["demo-user"] };
  const { license } = succeeded(await admin("POST /v1/assignments", assignment));
  narrator.promise("two devices and a user have one each", license.assigned === 3, countsText(license));
  const again = succeeded(await admin("POST /v1/assignments", assignment));
  narrator.promise("assigned again, none is spent", again.assigned === 0, `already assigned: ${again.alreadyAssigned}`);
  const tooMany = await admin("POST /v1/license-transfers", { ...transfer, quantity: 8 });
  const why = tooMany.status === 409 ? tooMany.body.detail : text(tooMany.body);
  narrator.promise("assigned ones can't be transferred", tooMany.status === 409, why);
  const moved = succeeded(await admin("POST /v1/license-transfers", { ...transfer, quantity: 7 }));
  const [here, there] = [await asset(from), await asset(to)];
  narrator.promise("none is lost on the way", here?.total === 3 && there?.total === 7, `${here?.total} here and ${there?.total} there`);
  if (!("id" in moved)) throw new Error("a transfer was answered with a preview");
  const told = await eventually(() => eventsWith(walk, "LicensesTransferred", "transferId", moved.id)[0]);
  narrator.promise("LicensesTransferred is on the bus", told !== undefined, `quantity: ${text(told?.detail?.quantity)}`);

  const book = { locationId: from, adamId: "500", clientUserIds: ["demo-user"] };
  succeeded(await admin("POST /v1/assignments", book));
  const kept = await admin("POST /v1/assignments/removals", book);
  narrator.promise("a book never comes back", kept.status === 409, kept.status === 409 ? kept.body.reason : text(kept.body));
  succeeded(await admin("POST /v1/assignments/retirements", { locationId: from, clientUserIds: ["demo-user"] }));
  const retired = await asset(from, "500");
  narrator.promise("it is retired with its user", retired?.retired === 1, retired === undefined ? "gone" : countsText(retired));

  const full = await admin("DELETE /v1/locations/{id}", { id: to });
  narrator.promise(
    "a location with licenses can't be closed",
    full.status === 409,
    full.status === 409 ? full.body.detail : text(full.body),
  );
  succeeded(await admin("POST /v1/license-transfers", { ...transfer, fromLocationId: to, toLocationId: from, quantity: 7 }));
  const closed = succeeded(await admin("DELETE /v1/locations/{id}", { id: to }));
  narrator.promise("an empty one can", closed.closedAt !== undefined, text(closed.closedAt));
};

const primaryLocationId = async (admin: Client): Promise<string> => {
  let after: string | undefined;
  do {
    const { items, next } = succeeded(await admin("GET /v1/locations", { limit: 100, ...(after === undefined ? {} : { after }) }));
    const primary = items.find((each) => each.primary);
    if (primary !== undefined) return primary.id;
    after = next;
  } while (after !== undefined);
  throw new Error("the organization has no primary location");
};

const walkSubscription = async (walk: Walk, admin: Client): Promise<void> => {
  const { narrator } = walk;
  narrator.step("The monthly subscription begins and ends");
  const { plan } = succeeded(await admin("GET /v1/subscription"));
  narrator.promise("none runs yet", plan === "none", plan === "none" ? plan : `${plan}: end it first, then walk again`);
  const locationId = await primaryLocationId(admin);
  const token = succeeded(await admin("POST /v1/content-tokens", { locationId }));
  const server = succeeded(await admin("POST /v1/mdm-servers", { name: "Demo MDM server of the primary location", vendor: "other" }));
  walk.onSecret(server.credential);
  const link = { id: server.id, tokenId: token.id };
  succeeded(await admin("PUT /v1/mdm-servers/{id}/links/{tokenId}", link));
  try {
    const begun = succeeded(await admin("PUT /v1/subscription", { plan: "monthly", primaryInUse: false }));
    narrator.promise("the primary location is reserved", begun.isPrimaryReserved, text(begun.locationId));
    const hidden = await admin("GET /v1/content-tokens/{id}", { id: token.id });
    narrator.promise("its token is not shown", hidden.status === 409, hidden.status === 409 ? hidden.body.reason : text(hidden.status));
    const named = begun.toBeRemoved.find(({ mdmServerId }) => mdmServerId === server.id);
    narrator.promise("the MDM server that has it is named", named !== undefined, text(named?.name));
    succeeded(await admin("DELETE /v1/mdm-servers/{id}/links/{tokenId}", link));
    const left = succeeded(await admin("GET /v1/subscription")).toBeRemoved;
    narrator.promise("until its removal is recorded", !left.some(({ mdmServerId }) => mdmServerId === server.id), `${left.length} left`);
  } finally {
    await admin("PUT /v1/subscription", { plan: "none" });
  }
  const back = succeeded(await admin("GET /v1/content-tokens/{id}", { id: token.id }));
  narrator.promise("ended, it gives the location and its token back", back.state === "active", back.state);
};

export const walkLedger = async (walk: Walk, admin: Client): Promise<void> => {
  await walkLicenses(walk, admin);
  await walkSubscription(walk, admin);
};
