// Checks with Apple over the local service: the deployed functions ask the stand-in, through the template's queue, and what it answers is what people see.
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { renderTokenFile } from "../../domain/tokens/token-file.ts";
import { eventually } from "../../local/demo/narrator.ts";
import { queueUrlOf } from "../../local/names.ts";
import { ANY_ACCESS } from "../../local/place.ts";
import { EVENTS_FILE, NOTICES_FILE } from "../../local/service.ts";
import { readLines } from "../../local/state.ts";
import { type Host, removeHost, startHost } from "./host.ts";

const QUEUE = "token-checks-queue";
const SLOW = { timeout: 60_000 };
const DAY_MILLISECONDS = 86_400_000;
const secrets: string[] = [];

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A file as Apple writes it, of an organization of its own. */
const newFile = (): string => {
  const secret = randomBytes(144).toString("base64");
  const file = renderTokenFile({ secret, expiresAt: new Date(Date.now() + 300 * DAY_MILLISECONDS), orgName: "Org" });
  secrets.push(secret, file);
  return file;
};

const control = async ({ session }: Host, told: object): Promise<void> => {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${session.apple}/control`, { method: "POST", headers, body: JSON.stringify(told) });
  if (answer.status !== 200) throw new Error(`the stand-in answered ${answer.status}`);
};
const asked = async ({ session }: Host): Promise<readonly string[]> =>
  ((await (await fetch(`${session.apple}/control`)).json()) as { asked: string[] }).asked;

type Check = { readonly outcome: string; readonly at: string; readonly evidence: Record<string, unknown> };
type Shown = { readonly state: string; readonly cause?: string; readonly lastCheck?: Check; readonly doubt?: object };
const shown = async ({ administrator }: Host, id: string): Promise<Shown> =>
  (await administrator("GET", `/v1/content-tokens/${id}`)).body as Shown;
const until = (host: Host, id: string, isThere: (token: Shown) => boolean): Promise<Shown | undefined> =>
  eventually(async () => {
    const token = await shown(host, id);
    return isThere(token) ? token : undefined;
  }, 40);

/** Imports a file into a location of its own. */
const imported = async (host: Host, file = newFile()) => {
  const location = await host.administrator("POST", "/v1/locations", { name: "Springfield" });
  const body = { locationId: location.body.id, fileName: "a.vpptoken", file: Buffer.from(file).toString("base64") };
  const { status, body: token } = await host.administrator("POST", "/v1/content-tokens/import", body);
  expect(status).toBe(201);
  return { id: String(token.id), locationId: String(location.body.id), file };
};

const checkedAgain = async (host: Host, id: string, isThere: (token: Shown) => boolean): Promise<Shown | undefined> => {
  expect((await host.administrator("POST", `/v1/content-tokens/${id}/check`)).status).toBe(202);
  return until(host, id, isThere);
};

const events = ({ directory }: Host, type: string, tokenId: string) =>
  (readLines(join(directory, EVENTS_FILE)) as { "detail-type": string; detail: Record<string, unknown> }[]).filter(
    (line) => line["detail-type"] === type && line.detail.tokenId === tokenId,
  );
const notices = ({ directory }: Host, tokenId: string): string[] =>
  (readLines(join(directory, NOTICES_FILE)) as { message: string }[])
    .map(({ message }) => message)
    .filter((text) => text.includes(tokenId));

describe("with checks switched on", () => {
  let host: Host;
  let sqs: SQSClient;
  beforeAll(async () => {
    host = await startHost();
    sqs = new SQSClient({ endpoint: host.session.endpoints.sqs, ...ANY_ACCESS });
  }, 60_000);
  afterAll(async () => {
    sqs.destroy();
    await removeHost(host);
  });
  const send = (message: object) =>
    sqs.send(new SendMessageCommand({ QueueUrl: queueUrlOf(host.session.endpoints.sqs, QUEUE), MessageBody: JSON.stringify(message) }));
  /** Everything that lies in the queue of checks, delayed messages too. */
  const enqueued = async (): Promise<string> => (await fetch(`${host.session.endpoints.sqs}/_fauxqs/queues/${QUEUE}`)).text();

  test("an import is followed by a check, whose evidence names Apple's location", SLOW, async () => {
    const { id, locationId, file } = await imported(host);
    const token = await until(host, id, ({ lastCheck }) => lastCheck !== undefined);
    expect(token).toMatchObject({ state: "active", lastCheck: { outcome: "accepted" } });
    expect(token?.lastCheck?.evidence).toEqual({ status: 200, locationName: "Org", uId: expect.stringMatching(/^\d{16}$/), country: "US" });
    const location = await eventually(async () => {
      const { body } = await host.administrator("GET", `/v1/locations/${locationId}`);
      return body.appleUId === undefined ? undefined : body;
    });
    expect(location?.appleUId).toBe(token?.lastCheck?.evidence.uId);
    expect(await asked(host)).toContain(sha256(file));
  });

  test("a file with a byte order mark and line breaks is sent as one line", SLOW, async () => {
    const file = newFile();
    const { id } = await imported(host, `\uFEFF${file.slice(0, 76)}\r\n${file.slice(76)}\n`);
    expect(await until(host, id, ({ lastCheck }) => lastCheck !== undefined)).toMatchObject({ lastCheck: { outcome: "accepted" } });
    expect(await asked(host)).toContain(sha256(file));
  });

  test.each([
    ["revoked", "revoked-by-apple", 401, 9625],
    ["unknown", "unknown-to-apple", 200, 9622],
  ])(
    "a token that Apple calls %s is invalidated, with an event and a notice, and its file is erased",
    SLOW,
    async (answer, cause, status, number) => {
      const { id, file } = await imported(host);
      await until(host, id, ({ lastCheck }) => lastCheck !== undefined);
      await control(host, { token: file, answer });
      const token = await checkedAgain(host, id, ({ state }) => state !== "active");
      expect(token).toMatchObject({
        state: "invalidated",
        cause,
        lastCheck: { outcome: cause, evidence: { status, errorNumber: number } },
      });
      expect((await asked(host)).filter((hash) => hash === sha256(file))).toHaveLength(3);
      expect(await eventually(() => events(host, "ContentTokenInvalidated", id)[0]?.detail.cause, 40)).toBe(cause);
      expect(await eventually(() => events(host, "ContentTokenChecked", id)[0]?.detail.outcome, 40)).toBe(cause);
      expect(await eventually(() => notices(host, id)[0], 40)).toContain("Springfield");
      const refused = await host.administrator("POST", `/v1/content-tokens/${id}/downloads`);
      expect([refused.status, refused.body.reason]).toEqual([409, "token_invalidated"]);
    },
  );

  test("a token that Apple calls expired is expired, before the date of its file", SLOW, async () => {
    const { id, file } = await imported(host);
    await until(host, id, ({ lastCheck }) => lastCheck !== undefined);
    await control(host, { token: file, answer: "expired" });
    const token = await checkedAgain(host, id, ({ state }) => state !== "active");
    expect(token).toMatchObject({ state: "expired", lastCheck: { outcome: "expired", evidence: { errorNumber: 9621 } } });
    expect(await eventually(() => events(host, "ContentTokenExpired", id)[0], 40)).toBeDefined();
  });

  test(
    "without an answer of Apple's a token stays active: the check is tried again later, and the last attempt is recorded",
    SLOW,
    async () => {
      const { id, file } = await imported(host);
      const before = await until(host, id, ({ lastCheck }) => lastCheck !== undefined);
      await control(host, { token: file, answer: "server_error" });
      await host.administrator("POST", `/v1/content-tokens/${id}/check`);
      const isDelayed = async () => ((await enqueued()).includes(`\\"tokenId\\":\\"${id}\\",\\"attempt\\":2`) ? true : undefined);
      expect(await eventually(isDelayed, 40)).toBe(true);
      expect(await shown(host, id)).toEqual(before);
      await send({ tokenId: id, attempt: 5 });
      const token = await until(host, id, ({ lastCheck }) => lastCheck?.outcome === "no-answer");
      expect(token).toMatchObject({
        state: "active",
        lastCheck: { evidence: { status: 500, errorNumber: 9603, noAnswer: "server_error" } },
      });
    },
  );

  test("a report without evidence is a doubt, which Apple's answer resolves two seconds later", SLOW, async () => {
    const { id } = await imported(host);
    await until(host, id, ({ lastCheck }) => lastCheck !== undefined);
    const occurredAt = new Date(Date.now() + 1000).toISOString();
    const report = await host.administrator("POST", `/v1/content-tokens/${id}/password-change-reports`, { occurredAt });
    expect(report.body.doubt).toMatchObject({ reason: "reported" });
    const token = await until(host, id, ({ doubt }) => doubt === undefined);
    expect(token).toMatchObject({ state: "active", lastCheck: { outcome: "accepted" } });
    expect(await eventually(() => events(host, "ContentTokenChecked", id)[0]?.detail.outcome, 40)).toBe("accepted");
  });

  test("the rule's event enqueues a check of every live imported token, each with a delay", SLOW, async () => {
    const { id } = await imported(host);
    await until(host, id, ({ lastCheck }) => lastCheck !== undefined);
    await send({ "detail-type": "Scheduled Event", source: "aws.events", detail: {} });
    const isThere = async () => ((await enqueued()).includes(`\\"tokenId\\":\\"${id}\\",\\"attempt\\":1`) ? true : undefined);
    expect(await eventually(isThere, 40)).toBe(true);
  });

  test("no log, event or notice holds a token", async () => {
    const logs = readdirSync(join(host.directory, "log")).map((name) => readFileSync(join(host.directory, "log", name), "utf8"));
    const told = [EVENTS_FILE, NOTICES_FILE].map((name) => readFileSync(join(host.directory, name), "utf8"));
    const everything = [...logs, ...told].join("\n");
    expect(everything).toContain("ContentTokenChecked");
    expect(secrets.length).toBeGreaterThan(10);
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
    expect(host.errors).toEqual([]);
  });
});

describe("with checks switched off", () => {
  let host: Host;
  /** The templates as a configuration with `"appleApi": "off"` makes them. They name their bundles relative to their own folder. */
  const templates = inject("templates").map((file) => ({ file, copy: join(dirname(file), `off-${basename(file)}`) }));
  beforeAll(async () => {
    for (const { file, copy } of templates)
      writeFileSync(copy, readFileSync(file, "utf8").replaceAll(/("APPLE_API": ?)"[^"]+"/g, '$1"off"'));
    host = await startHost(undefined, { templates: templates.map(({ copy }) => copy) });
  }, 60_000);
  afterAll(async () => {
    await removeHost(host);
    for (const { copy } of templates) rmSync(copy);
  });

  test("an import is recorded as unchecked, and Apple is asked nothing", SLOW, async () => {
    const { id } = await imported(host);
    const token = await until(host, id, ({ lastCheck }) => lastCheck !== undefined);
    expect(token).toMatchObject({ state: "active", lastCheck: { outcome: "no-answer", evidence: { noAnswer: "switched_off" } } });
    expect(await asked(host)).toEqual([]);
  });

  test("a folder that an earlier version left, without the stand-in in its session file, starts with it", SLOW, async () => {
    const { accounts, apple, ...session } = host.session;
    await host.stop();
    writeFileSync(join(host.directory, "session.json"), JSON.stringify({ ...session, accounts }));
    host = await startHost(host.directory, { templates: templates.map(({ copy }) => copy) });
    expect([host.session.apple, host.session.accounts.administrator.id]).toEqual([apple, accounts.administrator.id]);
  });
});
