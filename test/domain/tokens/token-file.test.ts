// The token file: issued in one exact form, read in every form the field has shown.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  assertNotExpired,
  formatExpDate,
  MAX_FILE_BYTES,
  parseExpDate,
  parseTokenFile,
  renderTokenFile,
  SECRET_BYTES,
} from "../../../domain/tokens/token-file.ts";
import { at, bytesOf, fileAround } from "../../support/builders/make.ts";
import { refusalOf } from "../../support/builders/refused.ts";

const secret = Buffer.alloc(SECRET_BYTES, "\xfb\xff\x07", "latin1").toString("base64");
const expiresAt = at("2027-11-24T08:01:46Z");
/** Chosen so that the issued text has all that base64 can differ in: `+`, `/` and padding. */
const orgName = "Ärzte ??? 中文 >>>";
const issued = renderTokenFile({ secret, expiresAt, orgName });
const read = (text: string | Uint8Array, name = "sToken_for_x.vpptoken") =>
  parseTokenFile(typeof text === "string" ? bytesOf(text) : text, name);
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tokens/${name}`, import.meta.url));

describe("an issued file", () => {
  test("is compact JSON in Apple's key order, UTF-8 unescaped, without a newline or BOM", () => {
    const json = Buffer.from(issued, "base64").toString("utf8");
    expect(json).toBe(`{"expDate":"2027-11-24T08:01:46+0000","token":"${secret}","orgName":"${orgName}"}`);
    expect(issued).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  });

  test("holds 192 characters of secret, as Apple's do", () => expect(secret).toHaveLength(192));

  test("is read back whole, whatever the organization is called", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.date({ min: at("2000-01-01"), max: at("2099-01-01"), noInvalidDate: true }),
        (orgName, date) => {
          const seconds = new Date(Math.floor(date.getTime() / 1000) * 1000);
          const text = renderTokenFile({ secret, expiresAt: seconds, orgName });
          expect(read(text)).toEqual({ secret, expiresAt: seconds, orgName, text });
        },
      ),
    );
  });
});

describe("a file from outside", () => {
  const same = { secret, expiresAt, orgName };
  const wrapped = issued.replace(/(.{64})/g, "$1\r\n");
  const pretty = fileAround(JSON.stringify({ orgName, token: secret, expDate: "2027-11-24T10:01:46+02:00" }, null, 4));
  test.each([
    ["with a BOM", `\uFEFF${issued}`],
    ["with a newline", `${issued}\n`],
    ["with white space around", `  ${issued}\r\n\t`],
    ["with wrapped lines", wrapped],
    ["without padding", issued.replace(/=+$/, "")],
    ["in the url-safe alphabet", issued.replace(/\+/g, "-").replace(/\//g, "_")],
    ["pretty-printed in another order, offset with a colon", pretty],
  ])("is read %s", (_, text) => {
    expect(text).not.toBe(issued);
    expect(read(text)).toMatchObject(same);
  });

  const space = fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t"), maxLength: 3 });
  test("becomes one line of padded base64 that decodes to the same bytes, however it was written", () => {
    const json = fc.record({ orgName: fc.string({ unit: "grapheme", maxLength: 30 }), indent: fc.integer({ min: 0, max: 4 }) });
    fc.assert(
      fc.property(json, fc.boolean(), fc.boolean(), fc.boolean(), space, space, (content, isUrlSafe, isPadded, hasMark, before, after) => {
        const strict = fileAround(JSON.stringify({ token: secret, expDate: formatExpDate(expiresAt), ...content }, null, content.indent));
        const alphabet = isUrlSafe ? strict.replace(/\+/g, "-").replace(/\//g, "_") : strict;
        const padded = isPadded ? alphabet : alphabet.replace(/=+$/, "");
        const half = padded.length >> 1;
        const { text } = read(`${hasMark ? "\uFEFF" : ""}${before}${padded.slice(0, half)}${after}${padded.slice(half)}${after}`);
        expect(text).toBe(strict);
        expect(text).toMatch(/^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
      }),
    );
  });

  test("Apple's two documented samples are read", () => {
    expect(read(fixture("sToken_for_ORG12345.vpptoken"))).toMatchObject({ orgName: "ORG12345", expiresAt: at("2030-11-08T22:33:22Z") });
    expect(read(fixture("sToken_for_ORG_2009071600.vpptoken"))).toMatchObject({
      orgName: "ORG.2009071600",
      expiresAt: at("2014-08-16T01:13:52Z"),
    });
  });

  test.each([
    ["2030-11-08T22:33:22+0000", "2030-11-08T22:33:22Z"],
    ["2030-11-08T22:33:22Z", "2030-11-08T22:33:22Z"],
    ["2014-08-15T18:13:52-0700", "2014-08-16T01:13:52Z"],
    ["2020-12-31T13:57:19+02:00", "2020-12-31T11:57:19Z"],
    ["2020-12-31T13:57:19.123Z", "2020-12-31T13:57:19Z"],
  ])("the date %s is read", (text, iso) => expect(parseExpDate(text)).toEqual(at(iso)));

  test.each([
    "",
    "2030-11-08",
    "2030-11-08T22:33:22",
    "2030-02-30T00:00:00Z",
    "2030-13-01T00:00:00Z",
    "next year",
    "2030-11-08T22:33:22+9999",
  ])("the date '%s' is none", (text) => expect(parseExpDate(text)).toBeUndefined());

  test("the text of a file, sent where the base64 of its bytes is asked for, is told from anything else", () => {
    const content = JSON.stringify({ expDate: "2030-11-08T22:33:22+0000", token: "x", orgName: "Pretendco" });
    const { reason, message } = refusalOf(() => parseTokenFile(bytesOf(content), "a.vpptoken"));
    expect(reason).toBe("not_base64");
    expect(message).toContain("send the base64 of that text");
    expect(refusalOf(() => parseTokenFile(bytesOf("hello, world!"), "a.vpptoken")).message).not.toContain("send the base64");
  });

  test.each([
    ["not_base64", "hello, world!"],
    ["not_base64", ""],
    ["not_base64", "AAAA=AAA"],
    ["not_a_content_token", Buffer.from("hello").toString("base64")],
    ["not_a_content_token", fileAround("[]")],
    ["not_a_content_token", fileAround('{"token":"x","orgName":"y"}')],
    ["not_a_content_token", fileAround('{"token":"","expDate":"2030-11-08T22:33:22Z","orgName":"y"}')],
    ["not_a_content_token", fileAround('{"token":"x","expDate":"soon","orgName":"y"}')],
    ["not_a_content_token", fileAround('{"token":"x","expDate":"2030-11-08T22:33:22Z","orgName":"P\\udc00q"}')],
    ["wrong_token_type", "Content-Type: application/pkcs7-mime; name=smime.p7m\r\nMIME-Version: 1.0\r\n\r\nMIAG"],
    ["token_file_too_large", "A".repeat(MAX_FILE_BYTES + 1)],
  ])("is refused with %s (case %#)", (reason, text) => expect(refusalOf(() => read(text)).reason).toBe(reason));

  test("an enrollment token is known by its name", () => {
    expect(refusalOf(() => read(issued, "Acme_smime.p7m")).reason).toBe("wrong_token_type");
  });

  const der = Uint8Array.of(0x30, 0x82, 1, 0, ...Buffer.alloc(64));
  const der64 = Buffer.from(der).toString("base64");
  test.each([
    ["DER", der],
    ["DER as base64", der64],
    ["DER as wrapped base64 with a BOM", `\uFEFF${der64.replace(/(.{16})/g, "$1\r\n")}`],
    ["BER as base64", "MIAGCSqGSIb3DQEHA6CAMIACAQAxggFR"],
    ["PEM", `-----BEGIN PKCS7-----\n${der64}\n-----END PKCS7-----\n`],
    ["PEM of CMS", `-----BEGIN CMS-----\n${der64}\n-----END CMS-----\n`],
    ["a mail", `MIME-Version: 1.0\r\n\r\n${der64}`],
    ["a mail with a BOM", `\uFEFFMIME-Version: 1.0\r\n\r\n${der64}`],
    ["a mail that begins with its disposition", `Content-Disposition: attachment; filename="smime.p7m"\r\n\r\n${der64}`],
    ["a mail that begins with its encoding", `Content-Transfer-Encoding: base64\r\n\r\n${der64}`],
  ])("an enrollment token is known by its bytes: %s", (_, content) =>
    expect(refusalOf(() => read(content)).reason).toBe("wrong_token_type"),
  );

  test("no content token is taken for an enrollment token, however its JSON begins", () => {
    const json = (space: string) => `${space}${JSON.stringify({ token: secret, expDate: formatExpDate(expiresAt), orgName: "0" })}`;
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t"), maxLength: 4 }), (space) => {
        expect(read(fileAround(json(space)))).toMatchObject({ secret, expiresAt });
      }),
    );
  });

  test.each([
    "9999-12-31T23:59:59-1400",
    "9999-12-31T23:59:59Z",
    "2101-01-01T00:00:00Z",
    "2100-12-31T23:59:59-0100",
    "0000-01-01T00:00:00+1400",
  ])("that ends at %s is refused: no content token does", (expDate) => {
    const refusal = refusalOf(() => read(fileAround(JSON.stringify({ token: secret, expDate, orgName: "x" }))));
    expect(refusal).toMatchObject({ reason: "not_a_content_token", message: expect.stringContaining("year") });
  });

  test("any bytes at all are read or refused, and no refusal quotes the file", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.base64String({ minLength: 12 }).map(bytesOf)), (bytes) => {
        const refusal = refusalOf(() => parseTokenFile(bytes, "x.vpptoken"));
        expect(bytes.length < 12 || !refusal.message.includes(Buffer.from(bytes).toString("latin1"))).toBe(true);
      }),
    );
  });

  test("expires in the very second it names", () => {
    expect(refusalOf(() => assertNotExpired({ expiresAt }, expiresAt)).reason).toBe("token_expired");
    expect(assertNotExpired({ expiresAt }, at("2027-11-24T08:01:45.999Z"))).toBeUndefined();
  });
});

test("the date is written with a numeric offset without a colon", () => expect(formatExpDate(expiresAt)).toBe("2027-11-24T08:01:46+0000"));
