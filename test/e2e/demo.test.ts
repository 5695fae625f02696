// The demo's walk on a service of its own, and then: nothing that was logged, told on a bus or printed holds a secret that was used.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BrokenPromise, createNarrator } from "../../local/demo/narrator.ts";
import { runDemo } from "../../local/demo.ts";
import { EVENTS_FILE, NOTICES_FILE } from "../../local/service.ts";
import { sessionFile } from "../../local/session.ts";
import { readLines } from "../../local/state.ts";
import { type Host, removeHost, startHost } from "./host.ts";

let host: Host;
const printed: string[] = [];
const secrets = new Set<string>();

beforeAll(async () => {
  host = await startHost();
  await runDemo(
    host.session,
    host.directory,
    (line) => printed.push(line),
    (secret) => secrets.add(secret),
  );
}, 120_000);
afterAll(() => removeHost(host));

test("every promise is kept, in all seventeen steps", () => {
  expect(printed.filter((line) => /^\n\d+\. /.test(line))).toHaveLength(17);
  expect(printed.filter((line) => line.startsWith("   ok")).length).toBeGreaterThan(80);
  expect(printed.join("\n")).not.toContain("BROKEN");
  expect(host.errors).toEqual([]);
});

test("a second walk on the same service finds the sample held already", async () => {
  const again: string[] = [];
  await runDemo(host.session, host.directory, (line) => again.push(line));
  expect(again.join("\n")).toContain("an earlier demo left it here: 409 already_held");
}, 120_000);

test("a promise that is not kept ends the walk", () => {
  expect(() => createNarrator(() => undefined).promise("the moon is cheese", false, "rock")).toThrow(BrokenPromise);
});

/** What the service wrote and people or other services read. */
const told = (): string => {
  const logs = readdirSync(join(host.directory, "log")).map((name) => readFileSync(join(host.directory, "log", name), "utf8"));
  return [...logs, readFileSync(join(host.directory, EVENTS_FILE), "utf8"), printed.join("\n")].join("\n");
};

test("nothing logged, told on a bus or printed holds a secret, a link, a bearer or an e-mail address", () => {
  const { accounts, credentials } = host.session;
  const kept: { key: { d: string } } = JSON.parse(readFileSync(join(host.directory, "identity.json"), "utf8"));
  for (const { password, bearer, email } of Object.values(accounts)) for (const each of [password, bearer, email]) secrets.add(each ?? "");
  secrets.add(credentials.secretAccessKey).add(kept.key.d);
  for (const { credential } of host.session.mdmServers) secrets.add(credential);
  for (const mail of readLines(join(host.directory, "mail.jsonl"))) secrets.add((mail as { text: string }).text);
  expect(secrets.size).toBeGreaterThan(15);
  const everything = told();
  // The same search finds what is there.
  expect(everything).toContain("ContentTokenInvalidated");
  expect(everything).toContain("answered");
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(10);
    expect(everything.includes(secret)).toBe(false);
    // A bearer or link is as good as its signature.
    const signature = /X-Amz-Signature=([0-9a-f]+)/.exec(secret)?.[1] ?? secret.split(".")[2];
    if (signature !== undefined && signature.length > 10) expect(everything.includes(signature)).toBe(false);
  }
});

test("a notice says where and until when, to those who subscribed, and holds no secret", () => {
  const notices = readLines(join(host.directory, NOTICES_FILE)) as { to: string[]; message: string }[];
  expect(notices.length).toBeGreaterThan(0);
  for (const { to, message } of notices) {
    expect(to).toEqual(["tokens@example.org"]);
    expect(message).toContain("Pretendco");
    for (const secret of secrets) expect(message.includes(secret)).toBe(false);
  }
});

test("no notice says that a token belongs to another location, since the demo imports none for a wrong one", () => {
  const notices = readLines(join(host.directory, NOTICES_FILE)) as { subject: string }[];
  expect(notices.filter(({ subject }) => /another location/.test(subject))).toEqual([]);
  expect(
    printed.filter((line) => /a notice was mailed/.test(line)).map((line) => /(ends in 3 days|stopped working)/.exec(line)?.[0]),
  ).toEqual(["ends in 3 days", "stopped working"]);
});

test("session.json holds the declared fields only, also after clients used its credentials", () => {
  const { credentials } = JSON.parse(readFileSync(sessionFile(host.directory), "utf8"));
  expect(Object.keys(credentials).toSorted()).toEqual(["accessKeyId", "secretAccessKey"]);
});

test("what is kept on disk is its owner's alone", () => {
  expect(statSync(host.directory).mode & 0o777).toBe(0o700);
  const files = readdirSync(host.directory, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(host.directory, name)))
    .filter((file) => file.isFile());
  expect(files.length).toBeGreaterThan(10);
  for (const { mode } of files) expect(mode & 0o077).toBe(0);
});
