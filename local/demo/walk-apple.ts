// Tokens that Apple issued, step by step, with the stand-in for Apple's API: one that Apple revokes, one that another MDM server claims, and one that is
// withdrawn here while its copies still open Apple's service.
import { randomBytes } from "node:crypto";
import { type AnswerOf, type Client, succeeded } from "../../client/client.ts";
import { renderTokenFile } from "../../domain/tokens/token-file.ts";
import { eventually } from "./narrator.ts";
import { eventsWith, noticeAbout, text, type Walk } from "./walk-shared.ts";

/** Apple's identifier of the demo's location: of both its tokens. */
const uIdOf = (locationId: string): string => locationId.slice(-16);

const HALF_A_YEAR_MILLISECONDS = 182 * 24 * 60 * 60 * 1000;

type Imported = { readonly tokenId: string; readonly file: string };
type Shown = Extract<AnswerOf<"GET /v1/content-tokens/{id}">, { status: 200 }>["body"];

/** The stand-in's answer about a token from now on. */
const control = async ({ session }: Walk, setting: object): Promise<void> => {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${session.apple}/control`, { method: "POST", headers, body: JSON.stringify(setting) });
  if (answer.status !== 200) throw new Error(`the stand-in for Apple's API answered ${answer.status}`);
};

/** Waits until a token is shown as `isThere` says. */
const shownAs = (admin: Client, id: string, isThere: (token: Shown) => boolean): Promise<Shown | undefined> =>
  eventually(async () => {
    const token = succeeded(await admin("GET /v1/content-tokens/{id}", { id }));
    return isThere(token) ? token : undefined;
  });

const takeIn = async (walk: Walk, admin: Client, locationId: string): Promise<Imported> => {
  const { narrator, onSecret } = walk;
  const secret = randomBytes(144).toString("base64");
  const expiresAt = new Date(Date.now() + HALF_A_YEAR_MILLISECONDS);
  const file = renderTokenFile({ secret, expiresAt, orgName: "Pretendco" });
  onSecret(secret);
  onSecret(file);
  await control(walk, { token: file, uId: uIdOf(locationId) });
  const body = { locationId, fileName: "sToken_for_Pretendco.vpptoken", file: Buffer.from(file, "latin1").toString("base64") };
  const { id: tokenId } = succeeded(await admin("POST /v1/content-tokens/import", { ...body, downloadedBy: "unknown" }));
  const checked = await shownAs(admin, tokenId, ({ lastCheck }) => lastCheck !== undefined);
  const { outcome, evidence } = checked?.lastCheck ?? {};
  narrator.promise("it is imported, and Apple is asked: it accepts the token", outcome === "accepted", `uId ${text(evidence?.uId)}`);
  return { tokenId, file };
};

const checkAgain = async (admin: Client, id: string): Promise<void> =>
  void succeeded(await admin("POST /v1/content-tokens/{id}/check", { id }));

const revokeAtApple = async (walk: Walk, admin: Client, locationId: string): Promise<void> => {
  const { narrator } = walk;
  narrator.step("Apple revokes a token that it issued, as after a change of its downloader's password");
  const { tokenId, file } = await takeIn(walk, admin, locationId);
  await control(walk, { token: file, answer: "revoked" });
  await checkAgain(admin, tokenId);
  const ended = await shownAs(admin, tokenId, ({ state }) => state !== "active");
  const { errorNumber } = ended?.lastCheck?.evidence ?? {};
  narrator.promise("the next check finds it", ended?.cause === "revoked-by-apple", `${text(ended?.state)}: ${text(ended?.cause)}`);
  narrator.promise("the evidence is Apple's answer", errorNumber === 9625, `error number ${text(errorNumber)}`);
  const event = await eventually(() => eventsWith(walk, "ContentTokenInvalidated", "tokenId", tokenId)[0]);
  narrator.promise("ContentTokenInvalidated is on the bus", event?.detail?.cause === "revoked-by-apple", text(event?.detail?.cause));
  const notice = await eventually(() => noticeAbout(walk, tokenId, "stopped working"));
  narrator.promise("a notice was mailed", notice !== undefined, `"${notice?.subject ?? ""}"`);
};

const claimAtApple = async (walk: Walk, admin: Client, locationId: string): Promise<Imported> => {
  const { narrator, onSecret } = walk;
  narrator.step("An MDM server that nobody registered takes a token of Apple's from the one that has it");
  const imported = await takeIn(walk, admin, locationId);
  const { id: serverId, credential } = succeeded(await admin("POST /v1/mdm-servers", { name: "Jamf (demo)", vendor: "jamf-pro" }));
  onSecret(credential);
  succeeded(await admin("PUT /v1/mdm-servers/{id}/links/{tokenId}", { id: serverId, tokenId: imported.tokenId }));
  const isNamedByApple = async (mdmName: string): Promise<boolean> => {
    const mdmInfo = { id: `${mdmName} ${locationId}`, name: mdmName, metadata: "" };
    await control(walk, { token: imported.file, uId: uIdOf(locationId), mdmInfo });
    await checkAgain(admin, imported.tokenId);
    const named = await shownAs(admin, imported.tokenId, ({ lastCheck }) => lastCheck?.evidence.mdmInfo?.id === mdmInfo.id);
    return named !== undefined;
  };
  narrator.promise("the check shows which MDM server Apple names", await isNamedByApple("Jamf"), "Jamf");
  narrator.promise("Apple names another one", await isNamedByApple("Intruder"), "Intruder");
  const found = await eventually(() => eventsWith(walk, "MdmConflictFound", "locationId", locationId)[0]);
  const claimants = (found?.detail?.mdmServerIds ?? []) as readonly string[];
  narrator.promise("that is a conflict", claimants.length === 2 && claimants.includes(serverId), text(found?.detail?.conflictId));
  return imported;
};

const withdrawHere = async (walk: Walk, admin: Client, { tokenId, file }: Imported): Promise<void> => {
  const { narrator, session } = walk;
  narrator.step("A token of Apple's is withdrawn here, and copies of it still open Apple's service");
  const reason = "the end of the demo";
  const { state, warning = "" } = succeeded(await admin("POST /v1/content-tokens/{id}/revocation", { id: tokenId, reason }));
  narrator.promise("it is withdrawn, not called dead", state === "withdrawn", text(state));
  narrator.promise("the answer warns of copies", warning.includes("still open Apple's service"), `"${warning}"`);
  const download = await admin("POST /v1/content-tokens/{id}/downloads", { id: tokenId });
  narrator.promise("it is handed out no more", download.status === 409, String(download.status));
  const headers = { authorization: `Bearer ${file}` };
  const copy = await fetch(`${session.apple}/mdm/v2/client/config`, { headers });
  narrator.promise("Apple still accepts a copy", copy.status === 200, String(copy.status));
};

/** At a location of its own, so that it can be walked again and again. Throws at the first promise that is not kept. */
export const walkApple = async (walk: Walk, admin: Client): Promise<void> => {
  const location = succeeded(await admin("POST /v1/locations", { name: "Pretendco, tokens of Apple's" }));
  await revokeAtApple(walk, admin, location.id);
  await withdrawHere(walk, admin, await claimAtApple(walk, admin, location.id));
};
