// The stand-in for Apple's API: whom it answers, what it can be set to, and that a service that was started by an earlier version starts with it.
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startApple } from "../../local/apple/apple-api.ts";
import type { Listening } from "../../local/http.ts";
import { openState } from "../../local/state.ts";
import { fileAround } from "../support/builders/make.ts";

const fileOf = (token: string, orgName = "Pretendco"): string =>
  fileAround(JSON.stringify({ token, expDate: "2030-01-01T00:00:00+0000", orgName }));
const FILE = fileOf("one");
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let apple: Listening;
const errors: unknown[] = [];
beforeEach(async () => {
  apple = await startApple({ port: 0, onError: (error) => void errors.push(error) });
});
afterEach(async () => {
  await apple.close();
  expect(errors).toEqual([]);
});

const config = async (bearer: string | undefined = FILE) => {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const answer = await fetch(`${apple.url}/mdm/v2/client/config`, { headers, redirect: "manual" });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith("{") ? JSON.parse(text) : text, headers: answer.headers };
};
const control = async (body: unknown, type = "application/json"): Promise<number> =>
  (await fetch(`${apple.url}/control`, { method: "POST", headers: { "content-type": type }, body: JSON.stringify(body) })).status;

describe("by itself", () => {
  test("it answers a well-formed token as Apple does, with the same identifier for each token of an organization", async () => {
    const { status, body } = await config();
    expect(status).toBe(200);
    expect(body).toEqual({
      countryISO2ACode: "US",
      defaultPlatform: "enterprisestore",
      locationName: "Pretendco",
      tokenExpirationDate: "2030-01-01T00:00:00+0000",
      uId: expect.stringMatching(/^[1-9]\d{15}$/),
      websiteURL: "https://business.apple.com",
    });
    expect((await config()).body.uId).toBe(body.uId);
    expect((await config(fileOf("another"))).body.uId).toBe(body.uId);
    expect((await config(fileOf("one", "Another organization"))).body.uId).not.toBe(body.uId);
  });

  test("it does not know a bearer that is no token, and refuses a request without one", async () => {
    expect(await config("nonsense")).toMatchObject({ status: 200, body: { errorNumber: 9622 } });
    const { status } = await fetch(`${apple.url}/mdm/v2/client/config`);
    expect(status).toBe(401);
    expect((await fetch(`${apple.url}/mdm/v2/assets`)).status).toBe(404);
  });

  test("it shows the hashes of the tokens that it was asked about, and no token", async () => {
    await config();
    const shown = await (await fetch(`${apple.url}/control`)).text();
    expect(JSON.parse(shown)).toEqual({ asked: [sha256(FILE)] });
  });
});

describe("with another answer set", () => {
  test.each([
    ["expired", 401, 9621],
    ["revoked", 401, 9625],
    ["unknown", 200, 9622],
    ["too_many_requests", 429, 9646],
    ["server_error", 500, 9603],
  ])("it answers %s with %d and %d, about that token alone", async (answer, status, errorNumber) => {
    expect(await control({ token: FILE, answer })).toBe(200);
    expect(await config()).toMatchObject({ status, body: { errorNumber } });
    expect((await config(fileOf("another"))).status).toBe(200);
    expect(await control({ sha256: sha256(FILE), answer: "accepted" })).toBe(200);
    expect((await config()).body.errorNumber).toBeUndefined();
  });

  test("it redirects, answers a page, or names an MDM server and a location", async () => {
    await control({ token: FILE, answer: "redirect" });
    expect((await config()).status).toBe(302);
    await control({ token: FILE, answer: "html" });
    expect((await config()).body).toContain("<html>");
    const mdmInfo = { id: "m-1", name: "Another", metadata: "x" };
    await control({ token: `${FILE}\n`, mdmInfo, locationName: "Springfield", uId: "1", country: "DE" });
    expect((await config()).body).toMatchObject({ mdmInfo, locationName: "Springfield", uId: "1", countryISO2ACode: "DE" });
  });

  test("it can be made to hang, until the caller gives up", async () => {
    await control({ token: FILE, answer: "hang" });
    const headers = { authorization: `Bearer ${FILE}` };
    const asked = fetch(`${apple.url}/mdm/v2/client/config`, { headers, signal: AbortSignal.timeout(200) });
    await expect(asked).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("it forgets everything when it is reset", async () => {
    await control({ token: FILE, answer: "revoked" });
    expect(await control({ reset: true })).toBe(200);
    expect((await config()).status).toBe(200);
  });

  test.each([[{}], [{ token: FILE, answer: "nonsense" }], [{ token: FILE, more: true }], [{ sha256: "x" }], [null]])(
    "it refuses %j and stays as it was",
    async (told) => {
      expect(await control(told)).toBe(400);
      expect((await config()).status).toBe(200);
    },
  );

  test("a page of another site can't set an answer, since it can't send this content type", async () => {
    expect(await control({ token: FILE, answer: "revoked" }, "text/plain")).toBe(415);
    expect((await config()).status).toBe(200);
  });
});

test("a folder of an earlier version, whose state has no port for it, gets one and keeps the others", async () => {
  const directory = await mkdtemp(join(tmpdir(), "state-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const { state } = await openState(directory);
  const file = join(directory, "state.json");
  const { apple: _, ...ports } = state.ports;
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ports }));
  const again = await openState(directory);
  expect(again.state.ports).toMatchObject(ports);
  expect(again.state.ports.apple).toBeGreaterThan(0);
});
