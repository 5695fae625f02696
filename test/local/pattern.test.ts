// Event patterns against events, operator by operator, then a whole CloudTrail event as Cognito causes it.
// Easy to get wrong: a table row's third column is the answer for the event `{ a: value }`, not for the bare value.

import { describe, expect, test } from "vitest";
import type { Json } from "../../local/events/operators.ts";
import { type EventPattern, matches } from "../../local/events/pattern.ts";

const cloudTrail: Json = {
  version: "0",
  id: "5f8b1c2e-7d3a-4b7e-9f50-0c5a1d2e3f40",
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.cognito-idp",
  account: "123456789012",
  time: "2026-03-01T12:00:00Z",
  region: "eu-central-1",
  resources: [],
  detail: {
    eventVersion: "1.08",
    userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::123456789012:assumed-role/Admin/jo", sessionContext: { attributes: {} } },
    eventSource: "cognito-idp.amazonaws.com",
    eventName: "AdminDisableUser",
    sourceIPAddress: "203.0.113.7",
    requestParameters: { userPoolId: "eu-central-1_AbCdEf123", username: "HIDDEN_DUE_TO_SECURITY_REASONS" },
    responseElements: null,
    additionalEventData: { sub: "a3b4c5d6-0000-4000-8000-000000000001" },
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
  },
};

describe("one field", () => {
  const rows: [string, Json[], Json, boolean][] = [
    ["exact string", ["x", "y"], "y", true],
    ["exact string, other case", ["y"], "Y", false],
    ["exact empty string", [""], "", true],
    ["exact number", [5], 5, true],
    ["a number is no string", [5], "5", false],
    ["true", [true], true, true],
    ["true is no string", [true], "true", false],
    ["false", [false], false, true],
    ["null", [null], null, true],
    ["null is no empty string", [null], "", false],
    ["any element of an array", ["y"], ["x", "y"], true],
    ["any element of a nested array", ["y"], ["x", ["y"]], true],
    ["no element of an array", ["z"], ["x", "y"], false],
    ["nothing in an empty array", ["z"], [], false],
    ["prefix", [{ prefix: "ab" }], "abc", true],
    ["prefix elsewhere", [{ prefix: "ab" }], "cab", false],
    ["prefix of a number", [{ prefix: "1" }], 12, false],
    ["prefix in any case", [{ prefix: { "equals-ignore-case": "AB" } }], "aBc", true],
    ["prefix in any case, other", [{ prefix: { "equals-ignore-case": "AB" } }], "bac", false],
    ["suffix", [{ suffix: "bc" }], "abc", true],
    ["suffix elsewhere", [{ suffix: "bc" }], "bca", false],
    ["suffix in any case", [{ suffix: { "equals-ignore-case": "BC" } }], "abC", true],
    ["anything-but string", [{ "anything-but": "x" }], "y", true],
    ["anything-but string, that one", [{ "anything-but": "x" }], "x", false],
    ["anything-but in an array", [{ "anything-but": "x" }], ["x", "y"], true],
    ["anything-but in an array of only that", [{ "anything-but": "x" }], ["x", "x"], false],
    ["anything-but string, null there", [{ "anything-but": "x" }], null, true],
    ["anything-but number", [{ "anything-but": 1 }], 2, true],
    ["anything-but number, that one", [{ "anything-but": 1 }], 1, false],
    ["anything-but list", [{ "anything-but": ["x", "y"] }], "z", true],
    ["anything-but list, one of them", [{ "anything-but": ["x", "y"] }], "y", false],
    ["anything-but numbers", [{ "anything-but": [1, 2] }], 2, false],
    ["anything-but prefix", [{ "anything-but": { prefix: "in" } }], "out", true],
    ["anything-but prefix, that one", [{ "anything-but": { prefix: "in" } }], "init", false],
    ["anything-but prefixes", [{ "anything-but": { prefix: ["in", "ou"] } }], "out", false],
    ["anything-but suffix", [{ "anything-but": { suffix: ".png" } }], "a.jpg", true],
    ["anything-but suffix, that one", [{ "anything-but": { suffix: ".png" } }], "a.png", false],
    ["anything-but wildcard", [{ "anything-but": { wildcard: "*/lib/*" } }], "a/src/b", true],
    ["anything-but wildcard, that one", [{ "anything-but": { wildcard: ["*/lib/*", "q"] } }], "a/lib/b", false],
    ["anything-but any case", [{ "anything-but": { "equals-ignore-case": "on" } }], "off", true],
    ["anything-but any case, that one", [{ "anything-but": { "equals-ignore-case": ["on", "up"] } }], "UP", false],
    ["numeric equal", [{ numeric: ["=", 3.018e2] }], 301.8, true],
    ["numeric equal, other", [{ numeric: ["=", 3] }], 4, false],
    ["numeric range", [{ numeric: [">", 0, "<=", 5] }], 5, true],
    ["numeric range, open end", [{ numeric: [">", 0, "<=", 5] }], 0, false],
    ["numeric at least", [{ numeric: [">=", 1] }], 1, true],
    ["numeric less", [{ numeric: ["<", 1] }], 1, false],
    ["numeric of a string", [{ numeric: ["=", 5] }], "5", false],
    ["exists", [{ exists: true }], 0, true],
    ["exists with null", [{ exists: true }], null, true],
    ["exists sees only leaves", [{ exists: true }], { b: 1 }, false],
    ["not exists", [{ exists: false }], 0, false],
    ["not exists sees only leaves", [{ exists: false }], { b: 1 }, true],
    ["not exists or a value", [{ exists: false }, "x"], "x", true],
    ["not exists or another value", [{ exists: false }, "x"], "y", false],
    ["any case", [{ "equals-ignore-case": "Alice" }], "aLICE", true],
    ["any case, other", [{ "equals-ignore-case": "Alice" }], "bob", false],
    ["wildcard", [{ wildcard: "a*c*e" }], "abcde", true],
    ["wildcard for nothing", [{ wildcard: "a*b" }], "ab", true],
    ["wildcard alone", [{ wildcard: "*" }], "", true],
    ["wildcard must not overlap", [{ wildcard: "ab*ba" }], "aba", false],
    ["wildcard end", [{ wildcard: "a*b" }], "abc", false],
    ["wildcard backs off to the last place", [{ wildcard: "*ab" }], "abab", true],
    ["wildcard with an asterisk", [{ wildcard: "a\\*b" }], "a*b", true],
    ["wildcard with only an asterisk", [{ wildcard: "a\\*b" }], "axb", false],
    ["wildcard with a backslash", [{ wildcard: "a\\\\*" }], "a\\b", true],
    ["wildcard without asterisk", [{ wildcard: "ab" }], "abc", false],
    ["wildcard of a number", [{ wildcard: "*" }], 1, false],
    ["cidr v4", [{ cidr: "10.0.0.0/24" }], "10.0.0.255", true],
    ["cidr v4 outside", [{ cidr: "10.0.0.0/24" }], "10.0.1.0", false],
    ["cidr v4, every address", [{ cidr: "0.0.0.0/0" }], "8.8.8.8", true],
    ["cidr of no address", [{ cidr: "10.0.0.0/24" }], "cognito-idp.amazonaws.com", false],
    ["cidr v6", [{ cidr: "2001:db8::/32" }], "2001:db8:1::1", true],
    ["cidr v6 outside", [{ cidr: "2001:db8::/32" }], "2001:db9::1", false],
    ["cidr v6 of a v4 address", [{ cidr: "2001:db8::/32" }], "10.0.0.1", false],
  ];
  test.each(rows)("%s", (_name, pattern, value, expected) => {
    expect(matches({ a: pattern }, { a: value })).toBe(expected);
  });

  test("a missing field matches only exists false", () => {
    expect(matches({ a: [{ exists: false }] }, { b: 1 })).toBe(true);
    expect(matches({ a: [{ exists: true }] }, { b: 1 })).toBe(false);
    expect(matches({ a: [{ "anything-but": "x" }] }, { b: 1 })).toBe(false);
    expect(matches({ a: [null] }, { b: 1 })).toBe(false);
  });

  test("a hostile wildcard stays quick", () => {
    const pattern = { a: [{ wildcard: `${"a*".repeat(200)}b` }] };
    const start = performance.now();
    expect(matches(pattern, { a: "a".repeat(100_000) })).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe("$or", () => {
  const pattern: EventPattern = { s: ["x"], $or: [{ a: [1] }, { b: [2], $or: [{ c: [3] }, { d: [4] }] }] };
  const rows: [Json, boolean][] = [
    [{ s: "x", a: 1 }, true],
    [{ s: "x", b: 2, d: 4 }, true],
    [{ s: "x", b: 2 }, false],
    [{ s: "y", a: 1 }, false],
  ];
  test.each(rows)("%j is %s", (event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test("$or with an object is an ordinary field", () => {
    expect(matches({ $or: { a: [1] } }, { $or: { a: 1 } })).toBe(true);
  });
});

describe("arrays of objects", () => {
  const event: Json = { staff: [{ first: "Anna", last: "Smith" }, { first: "Peter", last: "Jones" }, { first: "Cher" }] };
  const rows: [Json, boolean][] = [
    [{ first: ["Anna"] }, true],
    [{ first: ["Anna"], last: ["Smith"] }, true],
    [{ first: ["Anna"], last: ["Jones"] }, false],
    [{ first: ["Peter", "Anna"], last: ["Jones"] }, true],
    [{ first: ["Cher"], last: [{ exists: false }] }, true],
    [{ last: [{ exists: false }], first: ["Anna"] }, false],
    [{ last: [{ exists: false }] }, false],
  ];
  test.each(rows)("%j is %s", (staff, expected) => {
    expect(matches({ staff }, event)).toBe(expected);
  });
});

describe("a Cognito event from CloudTrail", () => {
  const base = { source: ["aws.cognito-idp"], "detail-type": ["AWS API Call via CloudTrail"] };
  const calls = ["AdminDisableUser", "AdminDeleteUser"];
  const rows: [string, EventPattern, boolean][] = [
    ["the calls", { ...base, detail: { eventSource: ["cognito-idp.amazonaws.com"], eventName: calls } }, true],
    ["another call", { ...base, detail: { eventName: ["AdminEnableUser"] } }, false],
    ["the pool", { ...base, detail: { eventName: calls, requestParameters: { userPoolId: ["eu-central-1_AbCdEf123"] } } }, true],
    ["another pool", { ...base, detail: { eventName: calls, requestParameters: { userPoolId: ["eu-central-1_Other"] } } }, false],
    ["no error", { ...base, detail: { eventName: [{ prefix: "Admin" }], errorCode: [{ exists: false }] } }, true],
    ["an error", { ...base, detail: { errorCode: [{ exists: true }] } }, false],
    ["a write without an answer", { ...base, detail: { readOnly: [false], responseElements: [null] } }, true],
    ["the network", { detail: { sourceIPAddress: [{ cidr: "203.0.113.0/24" }] } }, true],
    ["another detail type", { ...base, "detail-type": ["AWS Service Event via CloudTrail"] }, false],
  ];
  test.each(rows)("%s", (_name, pattern, expected) => {
    expect(matches(pattern, cloudTrail)).toBe(expected);
  });
});

describe("malformed patterns throw a sentence", () => {
  const rows: [EventPattern, RegExp][] = [
    [{}, /must not be an empty object\.$/],
    [{ a: {} }, /"a" must not be an empty object\.$/],
    [{ a: [] }, /"a" must not be an empty array\.$/],
    [{ a: "x" }, /"a" must be an array of values or an object, not "x"\.$/],
    [{ a: [["x"]] }, /array inside its array\.$/],
    [{ a: [{}] }, /exactly one operator/],
    [{ a: [{ prefix: "x", suffix: "y" }] }, /exactly one operator/],
    [{ a: { b: [{ regex: "x" }] } }, /"a\.b" uses the unknown operator "regex"\.$/],
    [{ a: [{ prefix: 1 }] }, /"prefix" takes/],
    [{ a: [{ suffix: { wildcard: "x" } }] }, /"suffix" takes/],
    [{ a: [{ exists: "yes" }] }, /"exists" takes true or false, not "yes"\.$/],
    [{ a: [{ "equals-ignore-case": ["x"] }] }, /"equals-ignore-case" takes a string/],
    [{ a: [{ "anything-but": null }] }, /"anything-but" takes/],
    [{ a: [{ "anything-but": [] }] }, /"anything-but" takes/],
    [{ a: [{ "anything-but": ["x", 1] }] }, /"anything-but" takes/],
    [{ a: [{ "anything-but": { numeric: ["=", 1] } }] }, /unknown operator "numeric" in "anything-but"/],
    [{ a: [{ "anything-but": { prefix: [] } }] }, /"anything-but" with "prefix" takes/],
    [{ a: [{ numeric: [] }] }, /"numeric" takes/],
    [{ a: [{ numeric: ["!", 1] }] }, /"numeric" takes/],
    [{ a: [{ numeric: [">", "1"] }] }, /"numeric" compares with numbers/],
    [{ a: [{ numeric: [">", 6e9] }] }, /"numeric" compares with numbers/],
    [{ a: [{ numeric: [">", 5, "<", 1] }] }, /"numeric" takes/],
    [{ a: [{ wildcard: "a**" }] }, /two asterisks/],
    [{ a: [{ wildcard: "a\\b" }] }, /may escape only/],
    [{ a: [{ wildcard: "a\\" }] }, /may escape only/],
    [{ a: [{ cidr: "10.0.0.0" }] }, /"cidr" takes/],
    [{ a: [{ cidr: "10.0.0.0/33" }] }, /"cidr" takes/],
    [{ $or: [{ a: [1] }] }, /fewer than two/],
    [{ $or: [{ a: [1] }, "x"] }, /must be an object, not "x"\.$/],
    [{ $or: [{ a: [1] }, { prefix: ["x"] }] }, /operator "prefix" where a field name belongs/],
  ];
  test.each(rows)("%j", (pattern, sentence) => {
    // An event without the field: the pattern must be refused all the same.
    expect(() => matches(pattern, { other: 1 })).toThrow(sentence);
  });
});
