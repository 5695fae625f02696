// A token's life, step by step, against a running service: what is promised, and what was observed of it over HTTP, on the buses and in the mails.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type AnswerOf, type Client, clientOf, succeeded } from "../../client/client.ts";
import { parseTokenFile, renderTokenFile } from "../../domain/tokens/token-file.ts";
import { ANY_ACCESS } from "../place.ts";
import { eventually } from "./narrator.ts";
import { walkApple } from "./walk-apple.ts";
import { walkCustody } from "./walk-custody.ts";
import { walkDevice } from "./walk-device.ts";
import { walkLedger } from "./walk-ledger.ts";
import { eventsWith, type Line, noticeAbout, sha256, text, type Walk } from "./walk-shared.ts";

/** What the sample calls its organization: a later token of another one would be refused for the same location. */
const SAMPLE_ORGANIZATION = "ORG12345";
const SAMPLE = "sToken_for_ORG12345.vpptoken";
const DOWNLOAD = "POST /v1/content-tokens/{id}/downloads";
const MINUTE_MILLISECONDS = 60 * 1000;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** CloudTrail's times have whole seconds, and an equal second counts as before. */
const NEXT_SECOND_MILLISECONDS = 1100;

type Answer = { readonly status: number; readonly body: unknown };
/** Why an answer refuses; the gateway gives no reason. */
const reasonOf = ({ body }: Answer): unknown => (typeof body === "object" && body !== null && "reason" in body ? body.reason : undefined);
const answered = (answer: Answer): string => [answer.status, reasonOf(answer) ?? ""].join(" ").trim();
const tokenEvents = (walk: Walk, type: string, tokenId: string): Line[] => eventsWith(walk, type, "tokenId", tokenId);

const importFile = (
  call: Client,
  locationId: string,
  fileName: string,
  file: string,
): Promise<AnswerOf<"POST /v1/content-tokens/import">> =>
  call("POST /v1/content-tokens/import", {
    locationId,
    fileName,
    file: Buffer.from(file, "latin1").toString("base64"),
    downloadedBy: "unknown",
  });

const statusOf = async (url: string | URL): Promise<number> => (await fetch(url)).status;

const bent = (url: string, name: string, change: (value: string) => string): URL => {
  const link = new URL(url);
  link.searchParams.set(name, change(link.searchParams.get(name) ?? ""));
  return link;
};

const takeInSample = async ({ narrator }: Walk, admin: Client, locationId: string): Promise<void> => {
  narrator.step("A token that Apple issued is taken in (the sample of Apple's documentation)");
  const sample = readFileSync(join(import.meta.dirname, "../../test/fixtures/tokens", SAMPLE), "latin1");
  const first = await importFile(admin, locationId, SAMPLE, sample);
  if (first.status === 201) {
    const { expiresAt, state } = first.body;
    narrator.promise("it is kept, and its end is read", expiresAt === "2030-11-08T22:33:22.000Z" && state === "active", text(expiresAt));
  } else narrator.promise("an earlier demo left it here", reasonOf(first) === "already_held", answered(first));
  const again = await importFile(admin, locationId, SAMPLE, sample);
  narrator.promise("taken in twice, it is refused", again.status === 409 && reasonOf(again) === "already_held", answered(again));
};

const signUp = async ({ people, narrator, session, onSecret }: Walk, admin: Client, locationId: string) => {
  narrator.step("A content manager is made at the identity provider and registered for one location");
  const person = await people.make();
  onSecret(person.password);
  onSecret(person.email);
  const grants = [{ role: "content-manager" as const, location: locationId }];
  const registered = await admin("POST /v1/accounts", { subject: person.subject, email: person.email, grants });
  narrator.promise("an administrator registers them", registered.status === 201, succeeded(registered).id);
  await sleep(NEXT_SECOND_MILLISECONDS);
  const bearer = await people.signIn(person);
  onSecret(bearer);
  const call = clientOf(session.api, bearer);
  const accounts = await call("GET /v1/accounts");
  narrator.promise("they may not look at accounts", accounts.status === 403, answered(accounts));
  return { person, bearer, call };
};

const issueAndDownload = async ({ narrator, onSecret }: Walk, manager: Client, locationId: string) => {
  narrator.step("They issue a token for their location and download its file");
  const issued = succeeded(await manager("POST /v1/content-tokens", { locationId }));
  const tokenId = issued.id;
  narrator.promise("it is issued and lives one year", issued.daysLeft >= 365, `${tokenId} until ${issued.expiresAt}`);
  const link = succeeded(await manager(DOWNLOAD, { id: tokenId }));
  const given = Date.now();
  const { url } = link;
  onSecret(url);
  const ahead = Date.parse(link.expiresAt) - given;
  narrator.promise(
    "a link is given for a minute",
    ahead > 0 && ahead <= MINUTE_MILLISECONDS + NEXT_SECOND_MILLISECONDS,
    `until ${link.expiresAt}`,
  );
  const file = await fetch(url);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const name = file.headers.get("content-disposition") ?? "";
  narrator.promise("it gives the file under its name", file.status === 200 && name.includes(link.fileName), link.fileName);
  narrator.promise("the bytes are those that were promised", sha256(bytes) === link.sha256, `SHA-256 ${link.sha256}`);
  const { secret, expiresAt, orgName } = parseTokenFile(bytes, link.fileName);
  onSecret(secret);
  onSecret(Buffer.from(bytes).toString("latin1"));
  narrator.promise(
    "it is a content token file",
    secret.length === 192 && expiresAt.toISOString() === issued.expiresAt,
    `of ${orgName}, ${bytes.length} bytes`,
  );
  return { tokenId, url };
};

type Downloaded = { readonly tokenId: string; readonly url: string };

const refuseBentLinks = async ({ narrator, onSecret }: Walk, manager: Client, { url, tokenId }: Downloaded): Promise<void> => {
  narrator.step("Links that were tampered with open nothing");
  const tampered = await statusOf(
    bent(url, "X-Amz-Signature", (signature) => signature.replace(/.$/, (last) => (last === "0" ? "1" : "0"))),
  );
  narrator.promise("another signature", tampered === 403, String(tampered));
  const stretched = await statusOf(bent(url, "X-Amz-Expires", () => "604800"));
  narrator.promise("stretched to a week", stretched === 403, String(stretched));
  const another = new URL(url);
  another.pathname = `${another.pathname}x`;
  const other = await statusOf(another);
  narrator.promise("for another file", other === 403, String(other));
  const short = succeeded(await manager(DOWNLOAD, { id: tokenId, linkSeconds: 1 }));
  onSecret(short.url);
  await sleep(Math.max(0, Date.parse(short.expiresAt) - Date.now()) + NEXT_SECOND_MILLISECONDS);
  const late = await statusOf(short.url);
  narrator.promise("after its end", late === 403, `${late}, a second after ${short.expiresAt}`);
};

const remind = async (walk: Walk, admin: Client, locationId: string): Promise<void> => {
  const { narrator, session, onSecret } = walk;
  narrator.step("A token that ends in three days is taken in; the daily scan reminds of it, once");
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(144))).toString("base64");
  onSecret(secret);
  const file = renderTokenFile({ secret, expiresAt: new Date(Date.now() + 3 * DAY_MILLISECONDS), orgName: SAMPLE_ORGANIZATION });
  onSecret(file);
  const imported = await importFile(admin, locationId, "sToken_for_Pretendco.vpptoken", file);
  const { id: tokenId, daysLeft } = succeeded(imported);
  narrator.promise("it is taken in", daysLeft > 0, `${tokenId}, days left: ${daysLeft}`);
  const lambda = new LambdaClient({ endpoint: session.endpoints.lambda, ...ANY_ACCESS });
  const scan = async (): Promise<string> => {
    const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: "expiry-scan" }));
    const payload = Buffer.from(Payload ?? new Uint8Array()).toString("utf8");
    narrator.promise("the scan runs", FunctionError === undefined, payload);
    return payload;
  };
  try {
    await scan();
    const told = await eventually(() => tokenEvents(walk, "ContentTokenExpiring", tokenId)[0]);
    narrator.promise("ContentTokenExpiring is on the bus", told !== undefined, `daysLeft: ${text(told?.detail?.daysLeft)}`);
    const notice = await eventually(() => noticeAbout(walk, tokenId, "ends in 3 days"));
    narrator.promise("a notice was mailed", notice !== undefined, `"${notice?.subject ?? ""}"`);
    await scan();
    const times = tokenEvents(walk, "ContentTokenExpiring", tokenId).length;
    narrator.promise("a second scan reminds of nothing again", times === 1, `events: ${times}`);
  } finally {
    lambda.destroy();
  }
};

const changePassword = async (
  walk: Walk,
  { person, bearer, call }: Awaited<ReturnType<typeof signUp>>,
  admin: Client,
  { tokenId }: Downloaded,
): Promise<void> => {
  const { narrator, people, onSecret } = walk;
  narrator.step("They change their password; CloudTrail's event reaches the service");
  const { url } = succeeded(await call(DOWNLOAD, { id: tokenId }));
  onSecret(url);
  const before = await statusOf(url);
  narrator.promise("a link from just before it works", before === 200, String(before));
  onSecret(await people.changePassword(person, bearer));
  const isDead = async () => {
    const token = succeeded(await admin("GET /v1/content-tokens/{id}", { id: tokenId }));
    return token.state === "invalidated" ? token : undefined;
  };
  const dead = await eventually(isDead);
  narrator.promise("the token they downloaded is dead", dead?.cause === "password-changed", `${text(dead?.state)}: ${text(dead?.cause)}`);
  const gone = await eventually(async () => ((await statusOf(url)) === 200 ? undefined : statusOf(url)));
  narrator.promise("the link is dead with it", gone === 403 || gone === 404, String(gone));
  const told = await eventually(() => tokenEvents(walk, "ContentTokenInvalidated", tokenId)[0]);
  narrator.promise("ContentTokenInvalidated says why", told?.detail?.cause === "password-changed", text(told?.detail?.cause));
  const refused = await admin(DOWNLOAD, { id: tokenId });
  narrator.promise("a download is refused, to an administrator too", refused.status === 409, answered(refused));
  const outdated = await call("GET /v1/locations");
  narrator.promise("their earlier sign-in opens nothing", outdated.status === 401, answered(outdated));
};

/** Throws at the first promise that is not kept. */
export const walkTokenLife = async (walk: Walk): Promise<void> => {
  const { bearer } = walk.session.accounts.administrator;
  if (bearer === undefined)
    throw new Error("The administrator's password is no longer the one in session.json. Remove .local to begin anew.");
  walk.onSecret(bearer);
  const admin = clientOf(walk.session.api, bearer);
  const { items } = succeeded(await admin("GET /v1/locations"));
  const [{ id: locationId } = { id: "" }] = items;
  await takeInSample(walk, admin, locationId);
  const manager = await signUp(walk, admin, locationId);
  const downloaded = await issueAndDownload(walk, manager.call, locationId);
  await refuseBentLinks(walk, manager.call, downloaded);
  await remind(walk, admin, locationId);
  await changePassword(walk, manager, admin, downloaded);
  await walkApple(walk, admin);
  await walkLedger(walk, admin);
  await walkDevice(walk, admin);
  await walkCustody(walk, admin);
};
