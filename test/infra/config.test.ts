// What a deployer may write in the configuration, and what they are told when it can't be deployed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseConfig, readConfig } from "../../infra/config.ts";
import { COUNTRIES } from "../../infra/countries.ts";
import { given } from "./given.ts";

const infra = join(import.meta.dirname, "../../infra");

describe("the configuration", () => {
  const refusalOf = (config: unknown): string | undefined => {
    try {
      parseConfig(config, "x.json");
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : undefined;
    }
  };

  const APPLE_API = 'appleApi: must be "off" or an https URL with a host and a path: no user name, password, query or fragment.';
  const COUNTRY = "country: must be the two capital letters of a country (ISO 3166-1), like US.";
  const ORIGIN = "must be an https address without a path, like https://mdm.example.org.";
  test("the README's example can be deployed, and needs each of its fields", () => {
    const readme = readFileSync(join(infra, "../README.md"), "utf8");
    const example: Record<string, unknown> = JSON.parse(/^```json\n(\{.*?)^```$/ms.exec(readme)?.[1] ?? "");
    expect(refusalOf(example)).toBeUndefined();
    for (const field of Object.keys(example)) expect(refusalOf({ ...example, [field]: undefined })).toContain(`${field}: is missing.`);
  });

  test.each<[object, string]>([
    [{ country: "usa" }, COUNTRY],
    [{ country: "us" }, COUNTRY],
    [{ country: "ZZ" }, COUNTRY],
    [{ country: "UK" }, COUNTRY],
    [{ country: 1 }, "country: must be text."],
    [{ country: undefined }, "country: is missing."],
    [{ organization: " " }, "organization: must not be empty."],
    [{ organization: "x".repeat(101) }, "organization: must have at most 100 characters."],
    [{ administratorEmail: "ada" }, "administratorEmail: must be an e-mail address."],
    [{ administratorEmail: undefined }, "administratorEmail: is missing."],
    [{ noticeEmails: [] }, "noticeEmails: must not be empty."],
    [{ noticeEmails: "ada@example.org" }, "noticeEmails: must be a list."],
    [{ alarmEmails: ["a@example.org", "ada"] }, "alarmEmails[1]: must be an e-mail address."],
    [{ reminderLadder: [7, 7] }, "reminderLadder: each number of days may stand once."],
    [{ reminderLadder: [366] }, "reminderLadder[0]: must be at most 365."],
    [{ reminderLadder: [-1] }, "reminderLadder[0]: must be at least 0."],
    [{ reminderLadder: [1.5] }, "reminderLadder[0]: must be a whole number."],
    [{ requestsPerSecond: 0 }, "requestsPerSecond: must be at least 1."],
    [{ requestsPerSecond: 1001 }, "requestsPerSecond: must be at most 1000."],
    [{ requestsPerSecond: 2.5 }, "requestsPerSecond: must be a whole number."],
    [{ requestsPerSecond: "15" }, "requestsPerSecond: must be a number."],
    [{ appleApi: "http://vpp.itunes.apple.com/mdm/v2" }, APPLE_API],
    [{ appleApi: "https://user:secret@apple.example/" }, APPLE_API],
    [{ appleApi: "https://apple.example/?a=b" }, APPLE_API],
    [{ appleApi: "https://" }, APPLE_API],
    [{ appleApi: "vpp.itunes.apple.com" }, APPLE_API],
    [{ appleApi: "" }, APPLE_API],
    [{ appleApi: false }, "appleApi: must be text."],
    [{ maxPendingJobs: 0 }, "maxPendingJobs: must be at least 1."],
    [{ maxPendingJobs: 100_001 }, "maxPendingJobs: must be at most 100000."],
    [{ maxPendingJobs: "1000" }, "maxPendingJobs: must be a number."],
    [{ maxPendingAssignments: 49_999 }, "maxPendingAssignments: must be at least 50000."],
    [{ maxPendingAssignments: 10_000_001 }, "maxPendingAssignments: must be at most 10000000."],
    [{ publicUrl: "http://mdm.example.org" }, `publicUrl: ${ORIGIN}`],
    [{ publicUrl: "https://mdm.example.org/mdm" }, `publicUrl: ${ORIGIN}`],
    [{ publicUrl: "https://user@mdm.example.org" }, `publicUrl: ${ORIGIN}`],
    [{ publicUrl: "https://mdm.example.org?a=b" }, `publicUrl: ${ORIGIN}`],
    [{ publicUrl: "mdm.example.org" }, `publicUrl: ${ORIGIN}`],
    [{ publicUrl: 1 }, "publicUrl: must be text."],
    [{ identitySources: "hr" }, "identitySources: must be a list."],
    [{ identitySources: ["hr system"] }, "identitySources[0]: must be 1 to 256 letters, digits, dots, hyphens, slashes and underscores."],
    [
      { identitySources: ["hr", "aws.cognito-idp"] },
      "identitySources[1]: must not begin with aws., which only AWS's own services may use.",
    ],
    [{ signInPrefix: "Pretend Co" }, "signInPrefix: must be 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end."],
    [{ signInPrefix: "pretendco-aws" }, "signInPrefix: must not contain aws, amazon or cognito: Cognito refuses these words."],
    [{ signInPrefix: "amazonia" }, "signInPrefix: must not contain aws, amazon or cognito: Cognito refuses these words."],
    [{ signInPrefix: "my-cognito-pool" }, "signInPrefix: must not contain aws, amazon or cognito: Cognito refuses these words."],
    [{ trail: "none" }, 'trail: must be "create" or "existing".'],
    [
      { colour: "red" },
      "colour: is not a field. The fields are organization, country, administratorEmail, noticeEmails, alarmEmails, reminderLadder, requestsPerSecond, maxPendingJobs, maxPendingAssignments, appleApi, publicUrl, identitySources, signInPrefix, trail.",
    ],
  ])("%j is refused with a sentence", (wrong, sentence) => {
    expect(refusalOf({ ...given, ...wrong })).toBe(`The configuration in x.json can't be deployed:\n  ${sentence}`);
  });

  test("that is wrong in several places says so of each", () => {
    expect(refusalOf({ ...given, country: "ZZ", trail: undefined, signInPrefix: undefined })?.split("\n")).toHaveLength(3);
  });

  test("that is no object is told what it has to have", () => {
    expect(refusalOf([])).toContain("it: must be an object with the fields organization, country,");
  });

  test("that is not JSON names its file", () => {
    const folder = mkdtempSync(join(tmpdir(), "config-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "content-tokens.config.json");
    writeFileSync(file, '{"organization": }');
    expect(() => readConfig(file, "demo.json")).toThrow(/^The configuration in .*content-tokens\.config\.json is not JSON: /);
  });

  test("may leave out what has a default", () => {
    expect(parseConfig(given, "x.json")).toMatchObject({
      requestsPerSecond: 15,
      appleApi: "https://vpp.itunes.apple.com/mdm/v2",
      maxPendingJobs: 1000,
      maxPendingAssignments: 100_000,
      trail: "create",
      reminderLadder: [60, 30, 15, 7, 3, 1, 0],
    });
    expect(parseConfig({ ...given, requestsPerSecond: 40 }, "x.json").requestsPerSecond).toBe(40);
    expect(parseConfig({ ...given, appleApi: "off" }, "x.json").appleApi).toBe("off");
  });

  test("of the demo can be deployed", () => {
    expect(readConfig(join(infra, "missing.json"), join(infra, "demo.config.json"))).toMatchObject({ organization: "Pretendco" });
  });
});

test("the countries are those of ISO 3166-1: known to Unicode, none of them an older name of another", () => {
  const known = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  expect(COUNTRIES.size).toBe(249);
  expect([...COUNTRIES].filter((code) => known.of(code) === undefined)).toEqual([]);
  expect([...COUNTRIES].filter((code) => new Intl.Locale("und", { region: code }).region !== code)).toEqual([]);
  expect(["ZZ", "XK", "EU", "UK", "DD", "AN"].filter((code) => COUNTRIES.has(code))).toEqual([]);
});
