// The reading of Apple's answers: which of them end a token, which say that it is accepted, and what is kept of the text of others.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noAnswer, readAppleAnswer } from "../../../domain/tokens/apple-answer.ts";
import { AppleAnswer, isEnding } from "../../../domain/tokens/apple-check.ts";

const config = {
  countryISO2ACode: "US",
  locationName: "Pretendco",
  uId: "2049025000431439",
  tokenExpirationDate: "2027-01-01T00:00:00+0000",
};
const read = (status: number, body: unknown) => readAppleAnswer({ status, body: typeof body === "string" ? body : JSON.stringify(body) });
const error = (errorNumber: unknown) => ({ errorNumber, errorMessage: "no" });
const HTML = "<html><body>Sign in</body></html>";

describe("an answer", () => {
  test("with a configuration is accepted, and its evidence is what Apple calls the location and its MDM server", () => {
    const mdmInfo = { id: "fleet-1", name: "Fleet", metadata: "secret" };
    expect(read(200, { ...config, mdmInfo, notificationAuthToken: "secret", apnToken: "secret" })).toEqual({
      outcome: "accepted",
      evidence: {
        status: 200,
        locationName: "Pretendco",
        uId: "2049025000431439",
        country: "US",
        mdmInfo: { id: "fleet-1", name: "Fleet" },
      },
    });
  });

  test.each([200, 400, 401, 403, 404, 500, 503])("of status %d with an error number that Apple gives tokens ends it", (status) => {
    expect(read(status, error(9621))).toEqual({ outcome: "expired", evidence: { status, errorNumber: 9621 } });
    expect(read(status, error(9622))).toEqual({ outcome: "unknown-to-apple", evidence: { status, errorNumber: 9622 } });
    expect(read(status, error(9625))).toEqual({ outcome: "revoked-by-apple", evidence: { status, errorNumber: 9625 } });
  });

  test.each<[string, number, unknown, string]>([
    ["an empty object", 200, {}, "unexpected_answer"],
    ["nothing", 200, "", "unexpected_answer"],
    ["a page", 200, HTML, "unexpected_answer"],
    ["a list", 200, [config], "unexpected_answer"],
    ["null", 200, "null", "unexpected_answer"],
    ["a configuration without uId", 200, { ...config, uId: undefined }, "unexpected_answer"],
    ["a configuration with an empty uId", 200, { ...config, uId: "" }, "unexpected_answer"],
    ["a configuration with a uId of another type", 200, { ...config, uId: 1 }, "unexpected_answer"],
    ["a configuration without locationName", 200, { ...config, locationName: undefined }, "unexpected_answer"],
    ["a configuration with an unknown error number", 200, { ...config, ...error(9999) }, "unexpected_answer"],
    ["a configuration with an error number of another type", 200, { ...config, ...error("9625") }, "unexpected_answer"],
    ["a configuration of another status", 206, config, "unexpected_answer"],
    ["a refusal without a number", 401, HTML, "unexpected_answer"],
    ["a refusal with another number", 403, error(9637), "unexpected_answer"],
    ["a malformed header's number", 401, error(9722), "unexpected_answer"],
    ["too many requests by status", 429, HTML, "too_many_requests"],
    ["too many requests by number", 200, error(9646), "too_many_requests"],
    ["an internal error by status", 500, HTML, "server_error"],
    ["an internal error by number", 200, error(9603), "server_error"],
    ["unavailability by number", 400, error(9729), "server_error"],
    ["a proxy's failure", 502, HTML, "server_error"],
    ["a redirect", 302, "", "redirected"],
    ["a redirect with a number", 307, error(9625), "redirected"],
    ["no known status", 999, "", "unexpected_answer"],
  ])("that is %s proves nothing about the token", (_, status, body, why) => {
    expect(read(status, body)).toMatchObject({ outcome: "no-answer", evidence: { status, noAnswer: why } });
  });

  test("with a byte order mark is read", () => {
    expect(read(200, `\uFEFF${JSON.stringify(config)}`).outcome).toBe("accepted");
  });
});

describe("evidence", () => {
  const evidence = (over: object) => read(200, { ...config, ...over }).evidence;

  test.each<[string, object, object]>([
    ["a name with control characters, without them", { locationName: "A\u0000B\r\nC\u202eD\u2028" }, { locationName: "ABCD" }],
    ["a long name, cut", { locationName: "x".repeat(5000) }, { locationName: "x".repeat(1024) }],
    [
      "a long name that ends within a pair, cut before it or repaired",
      { locationName: `${"x".repeat(1023)}😀` },
      { locationName: `${"x".repeat(1023)}\ufffd` },
    ],
    ["an MDM server without a name, by its identifier", { mdmInfo: { id: "m-1" } }, { mdmInfo: { id: "m-1", name: "m-1" } }],
    [
      "an MDM server with a long name, cut",
      { mdmInfo: { id: "m-1", name: "y".repeat(300) } },
      { mdmInfo: { id: "m-1", name: "y".repeat(100) } },
    ],
  ])("keeps %s", (_, over, kept) => {
    expect(evidence(over)).toMatchObject(kept);
  });

  test.each<[string, object, string]>([
    ["an identifier that is too long", { uId: "1".repeat(65) }, "uId"],
    ["a country that is too long", { countryISO2ACode: "United States" }, "country"],
    ["a country of another type", { countryISO2ACode: ["US"] }, "country"],
    ["an MDM server of another type", { mdmInfo: "Fleet" }, "mdmInfo"],
    ["an MDM server that is null", { mdmInfo: null }, "mdmInfo"],
    ["an MDM server with a long identifier", { mdmInfo: { id: "m".repeat(101), name: "Fleet" } }, "mdmInfo"],
    ["a name without visible characters", { locationName: "\u0000" }, "locationName"],
  ])("drops %s, and the answer is accepted all the same", (_, over, name) => {
    expect(read(200, { ...config, ...over }).outcome).toBe("accepted");
    expect(evidence(over)).not.toHaveProperty(name);
  });

  const odd = fc.oneof(
    fc.string({ unit: "binary", maxLength: 2000 }),
    fc.integer(),
    fc.constant(null),
    fc.double(),
    fc.boolean(),
    fc.jsonValue(),
  );
  const body = fc.record(
    { errorNumber: odd, locationName: odd, uId: odd, countryISO2ACode: odd, mdmInfo: fc.oneof(odd, fc.record({ id: odd, name: odd })) },
    { requiredKeys: [] },
  );

  test("of any answer fits what is stored, holds no control character, and ends a token by Apple's numbers alone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 999 }),
        fc.oneof(
          body.map((each) => JSON.stringify(each)),
          fc.string(),
        ),
        (status, text) => {
          const answer = readAppleAnswer({ status, body: text });
          expect(AppleAnswer.parse(answer)).toEqual(answer);
          for (const each of [answer.evidence.locationName, answer.evidence.uId, answer.evidence.mdmInfo?.name])
            expect(each ?? "").not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
          if (isEnding(answer.outcome)) expect([9622, 9625]).toContain(answer.evidence.errorNumber);
          if (answer.outcome === "accepted") expect(status).toBe(200);
        },
      ),
    );
  });
});

test("a check without any answer names its reason alone", () => {
  expect(noAnswer("timed_out")).toEqual({ outcome: "no-answer", evidence: { noAnswer: "timed_out" } });
});
