// Custody, step by step: an MDM server fetches its token and the one that renews it, another one claims the same location, a password change is
// previewed, and the log of all of it is verified, then found out when a byte of it is changed by hand.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type Client, clientOf, succeeded } from "../../client/client.ts";
import { nameOf } from "../names.ts";
import { ANY_ACCESS } from "../place.ts";
import { eventually } from "./narrator.ts";
import { eventsWith, sha256, text, type Walk } from "./walk-shared.ts";

type Server = { readonly id: string; readonly name: string; readonly call: Client };

const register = async ({ session, onSecret }: Walk, admin: Client, name: string, vendor: "fleet" | "zentral"): Promise<Server> => {
  const { id, credential } = succeeded(await admin("POST /v1/mdm-servers", { name, vendor }));
  onSecret(credential);
  return { id, name, call: clientOf(session.api, credential) };
};

const fetchFile = async ({ onSecret }: Walk, { call }: Server) => {
  const { url, sha256: promised } = succeeded(await call("GET /v1/fetch/content-token"));
  onSecret(url);
  const file = new Uint8Array(await (await fetch(url)).arrayBuffer());
  onSecret(Buffer.from(file).toString("latin1"));
  return { promised, isWhole: sha256(file) === promised };
};

const linkAndFetch = async (walk: Walk, admin: Client, locationId: string) => {
  const { narrator } = walk;
  narrator.step("An MDM server is linked to a token, and fetches it by itself");
  const fleet = await register(walk, admin, "Fleet (demo)", "fleet");
  const { id: tokenId, worksWith } = succeeded(await admin("POST /v1/content-tokens", { locationId }));
  narrator.promise("issuing says which service the token works with", worksWith === "this-service", worksWith);
  const unlinked = await fleet.call("GET /v1/fetch/content-token");
  narrator.promise("before it is linked, it fetches nothing", unlinked.status === 403, String(unlinked.status));
  const linked = succeeded(await admin("PUT /v1/mdm-servers/{id}/links/{tokenId}", { id: fleet.id, tokenId }));
  narrator.promise("an administrator links it", linked.links[0]?.mdmServerId === fleet.id, fleet.id);
  const { promised, isWhole } = await fetchFile(walk, fleet);
  narrator.promise("it fetches the file through a link", isWhole, `SHA-256 ${promised}`);
  const again = await fleet.call("GET /v1/fetch/content-token", {}, { "if-none-match": `"${promised}"` });
  narrator.promise("asked again, there is nothing new", again.status === 304, String(again.status));
  return { fleet, tokenId, promised };
};

const renew = async (
  walk: Walk,
  admin: Client,
  locationId: string,
  { fleet, tokenId, promised }: Awaited<ReturnType<typeof linkAndFetch>>,
) => {
  const { narrator } = walk;
  narrator.step("The token is renewed: both work for a while, and the newer one reaches the MDM server without a person");
  // The one that ends later is the newer one, and a token's end has whole seconds.
  await sleep(1100);
  const renewed = succeeded(await admin("POST /v1/content-tokens", { locationId }));
  narrator.promise("issuing says what it renews", renewed.renews.includes(tokenId), `both until ${renewed.overlapEndsAt}`);
  const during = succeeded(await admin("GET /v1/content-tokens/{id}", { id: tokenId }));
  narrator.promise("the earlier one still works", during.state === "active", during.state);
  narrator.promise("what to do about it is told", (during.renewal[0]?.steps.length ?? 0) > 1, `${during.renewal[0]?.steps[1]}`);
  const fetched = await fetchFile(walk, fleet);
  narrator.promise("the MDM server fetches the newer one", fetched.isWhole && fetched.promised !== promised, `SHA-256 ${fetched.promised}`);
  const seen = await fleet.call("GET /v1/fetch/content-token", {}, { "if-none-match": `"${fetched.promised}"` });
  narrator.promise("its next poll shows that it has it", seen.status === 304, String(seen.status));
  const after = succeeded(await admin("GET /v1/content-tokens/{id}", { id: tokenId }));
  narrator.promise("the earlier one is superseded, since everyone has moved on", after.cause === "superseded", `by ${after.supersededBy}`);
  return renewed.id;
};

const settleConflict = async (walk: Walk, admin: Client, fleet: Server, tokenId: string): Promise<void> => {
  const { narrator } = walk;
  narrator.step("A second MDM server claims the same location: a conflict, which somebody settles");
  const zentral = await register(walk, admin, "Zentral (demo)", "zentral");
  const { conflictId: id = "" } = succeeded(await admin("PUT /v1/mdm-servers/{id}/links/{tokenId}", { id: zentral.id, tokenId }));
  narrator.promise("linking it makes a conflict", id !== "", id);
  const told = await eventually(() => eventsWith(walk, "MdmConflictFound", "conflictId", id)[0]);
  narrator.promise("MdmConflictFound is on the bus", told !== undefined, text(told?.detail?.mdmServerIds));
  const settled = succeeded(await admin("POST /v1/conflicts/{id}/resolution", { id, keptBy: fleet.id, reason: "the demo moved to Fleet" }));
  narrator.promise(
    "it is settled by who keeps it",
    settled.resolution?.keptBy === fleet.id,
    `to be removed from ${settled.toBeRemovedFrom}`,
  );
  const refused = await zentral.call("GET /v1/fetch/content-token");
  narrator.promise("the other one fetches no more", refused.status === 403, String(refused.status));
};

const preview = async ({ narrator, session }: Walk, admin: Client, fleet: Server, tokenId: string): Promise<void> => {
  narrator.step("Before the administrator changes their password: what would be cut off");
  const { id } = session.accounts.administrator;
  const { tokens, cutOff, advice } = succeeded(await admin("GET /v1/accounts/{id}/password-change-preview", { id }));
  narrator.promise(
    "it names the token",
    tokens.some((token) => token.id === tokenId),
    `tokens that would end: ${tokens.length}`,
  );
  narrator.promise(
    "and the MDM server",
    cutOff.some((server) => server.id === fleet.id),
    cutOff.map(({ name }) => name).join(", "),
  );
  narrator.promise("and what to do first", advice.length > 0, advice[0] ?? "");
};

type Verified = { readonly code: number; readonly output: string };

/** `npm run verify-custody` on this service's table and seals. */
const verifyCustody = ({ session }: Walk): Promise<Verified> => {
  const { endpoints, credentials } = session;
  const command = join(import.meta.dirname, "../../audit/main.ts");
  const where = ["--table", nameOf("CustodyLog"), "--endpoint", endpoints.dynamodb, "--seals", nameOf("Seals")];
  const env = {
    ...process.env,
    AWS_REGION: ANY_ACCESS.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...where], { env }, (error, output) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : 2, output });
    });
  });
};

const lastLine = ({ output }: Verified): string => output.trim().split("\n").at(-1) ?? "";

const verify = async (walk: Walk, tokenId: string): Promise<void> => {
  const { narrator, session } = walk;
  narrator.step("The custody log is sealed and verified; a byte that is changed by hand is found out");
  const lambda = new LambdaClient({ endpoint: session.endpoints.lambda, ...ANY_ACCESS });
  const database = new DynamoDBClient({
    endpoint: session.endpoints.dynamodb,
    region: ANY_ACCESS.region,
    credentials: session.credentials,
  });
  const entry = { TableName: nameOf("CustodyLog"), Key: { subject: { S: tokenId }, seq: { N: "1" } } };
  const rewrite = (by: string) =>
    database.send(
      new UpdateItemCommand({
        ...entry,
        UpdateExpression: "SET #by = :by",
        ExpressionAttributeNames: { "#by": "by" },
        ExpressionAttributeValues: { ":by": { S: by } },
      }),
    );
  try {
    const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: "custody-seal" }));
    narrator.promise("every chain's head is sealed", FunctionError === undefined, FunctionError ?? "custody-seal succeeded");
    const whole = await verifyCustody(walk);
    narrator.promise("the log is as it was written", whole.code === 0, lastLine(whole));
    const { Item } = await database.send(new GetItemCommand(entry));
    const by = Item?.by?.S ?? "";
    // Another character in the place of the last: somebody else would have issued the token.
    await rewrite(`${by.slice(0, -1)}${by.endsWith("0") ? "1" : "0"}`);
    const changed = await verifyCustody(walk);
    const found = changed.output.split("\n").find((line) => line.startsWith(tokenId)) ?? "";
    narrator.promise(
      "a byte of it changed by hand is found, and named",
      changed.code === 1 && found.includes("entry 1 was changed"),
      found,
    );
    await rewrite(by);
    const restored = await verifyCustody(walk);
    narrator.promise("put back, the log is whole again", restored.code === 0, lastLine(restored));
  } finally {
    lambda.destroy();
    database.destroy();
  }
};

/** At a location of its own, so that it can be walked again and again. Throws at the first promise that is not kept. */
export const walkCustody = async (walk: Walk, admin: Client): Promise<void> => {
  const { id: locationId } = succeeded(await admin("POST /v1/locations", { name: "Pretendco Shelbyville" }));
  const linked = await linkAndFetch(walk, admin, locationId);
  const newer = await renew(walk, admin, locationId, linked);
  await settleConflict(walk, admin, linked.fleet, newer);
  await preview(walk, admin, linked.fleet, newer);
  await verify(walk, newer);
};
