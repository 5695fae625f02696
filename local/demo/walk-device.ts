// The device management API, step by step, as an MDM server asks it with nothing but the text of a token's file: it says who it is, assigns licenses, waits for the
// work and reads what came of it; another one says that it is somebody else; and the token is revoked.
import { type Client, succeeded } from "../../client/client.ts";
import { type Caller, callerOf, type Reply } from "../client.ts";
import { eventually } from "./narrator.ts";
import { eventsWith, text, type Walk } from "./walk-shared.ts";

const PAGES = "361309726";
const SERIAL_NUMBERS = ["C02DEMO7", "C02DEMO8", "C02DEMO9"];
const V2 = "/mdm/v2";

/** What another MDM server compares with what it calls itself. */
const infoOf = (id: string, name: string) => ({ mdmInfo: { id, name, metadata: "the demo" } });

const shownId = ({ body: { mdmInfo } }: Reply): unknown =>
  typeof mdmInfo === "object" && mdmInfo !== null && "id" in mdmInfo ? mdmInfo.id : undefined;

type Equipped = { readonly locationId: string; readonly tokenId: string; readonly serverId: string; readonly mdm: Caller };

/** A location with licenses, and an MDM server with its token. */
const equip = async ({ session, onSecret }: Walk, admin: Client): Promise<Equipped> => {
  const { id: locationId } = succeeded(await admin("POST /v1/locations", { name: "Demo devices" }));
  const licenses = { locationId, adamId: PAGES, name: "Pages", productType: "App" as const, quantity: 5 };
  succeeded(await admin("POST /v1/licenses", licenses));
  const { id: tokenId } = succeeded(await admin("POST /v1/content-tokens", { locationId }));
  const { id: serverId, credential } = succeeded(await admin("POST /v1/mdm-servers", { name: "Fleet (demo of devices)", vendor: "fleet" }));
  onSecret(credential);
  succeeded(await admin("PUT /v1/mdm-servers/{id}/links/{tokenId}", { id: serverId, tokenId }));
  const { url } = succeeded(await admin("POST /v1/content-tokens/{id}/downloads", { id: tokenId }));
  onSecret(url);
  const file = await (await fetch(url)).text();
  onSecret(file);
  return { locationId, tokenId, serverId, mdm: callerOf(session.api, file) };
};

const assign = async ({ narrator }: Walk, { mdm, locationId }: Equipped, admin: Client): Promise<void> => {
  const config = await mdm("POST", `${V2}/client/config`, infoOf("demo-fleet", "Fleet (demo)"));
  narrator.promise(
    "it says who it is, and is told where it is",
    config.body.locationName === "Demo devices",
    text(config.body.locationName),
  );
  const asked = { assets: [{ adamId: PAGES }], serialNumbers: SERIAL_NUMBERS };
  const { body: order } = await mdm("POST", `${V2}/assets/associate`, asked);
  narrator.promise("it asks for licenses for three devices", typeof order.eventId === "string", `eventId ${text(order.eventId)}`);
  const status = await eventually(async () => {
    const { body } = await mdm("GET", `${V2}/status?eventId=${text(order.eventId)}`);
    return body.eventStatus === "PENDING" ? undefined : body;
  });
  narrator.promise(
    "the work is done",
    status?.eventStatus === "COMPLETE" && status.numCompleted === SERIAL_NUMBERS.length,
    `${text(status?.eventStatus)}, ${text(status?.numCompleted)} of ${text(status?.numRequested)}`,
  );
  const { body: page } = await mdm("GET", `${V2}/assignments?adamId=${PAGES}`);
  const assigned = (page.assignments as { readonly serialNumber?: string }[]).map(({ serialNumber }) => serialNumber);
  narrator.promise("assignments name the devices", assigned.join() === SERIAL_NUMBERS.join(), assigned.join(", "));
  const [license] = succeeded(await admin("GET /v1/licenses", { locationId })).items;
  narrator.promise("people see the same", license?.assigned === 3 && license.available === 2, `${license?.assigned} of ${license?.total}`);
};

const claim = async (walk: Walk, { mdm, locationId, serverId }: Equipped): Promise<void> => {
  const { narrator } = walk;
  const other = await mdm("POST", `${V2}/client/config`, infoOf("demo-zentral", "Zentral (demo)"));
  narrator.promise("another one that has the token is answered as the protocol demands", other.status === 200, String(other.status));
  const found = await eventually(() => eventsWith(walk, "MdmConflictFound", "locationId", locationId)[0]);
  const claimants = (found?.detail?.mdmServerIds ?? []) as readonly string[];
  narrator.promise("and its claim is a conflict", claimants.length === 2 && claimants.includes(serverId), text(found?.detail?.conflictId));
  const read = await mdm("GET", `${V2}/assets`);
  narrator.promise("which the first one finds in each answer", shownId(read) === "demo-zentral", `mdmInfo.id is ${text(shownId(read))}`);
};

const revoke = async ({ narrator }: Walk, { mdm, tokenId }: Equipped, admin: Client): Promise<void> => {
  succeeded(await admin("POST /v1/content-tokens/{id}/revocation", { id: tokenId, reason: "the end of the demo" }));
  const refused = await mdm("GET", `${V2}/assets`);
  const isDead = refused.status === 401 && refused.body.errorNumber === 9625;
  narrator.promise("once it is revoked the token opens nothing, at once", isDead, `${refused.status}, ${text(refused.body.errorNumber)}`);
};

/** At a location of its own, so that it can be walked again and again. Throws at the first promise that is not kept. */
export const walkDevice = async (walk: Walk, admin: Client): Promise<void> => {
  walk.narrator.step("An MDM server assigns licenses to devices with its token; a second one claims the location; the token is revoked");
  const equipped = await equip(walk, admin);
  await assign(walk, equipped, admin);
  await claim(walk, equipped);
  await revoke(walk, equipped, admin);
};
