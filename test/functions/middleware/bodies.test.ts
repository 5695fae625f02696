// Bodies become JSON alike on every route that takes one, in both forms in which the gateway hands it over: as text, and as base64.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBody } from "../../../functions/middleware/body.ts";
import { isOfDeviceApi } from "../../../openapi/mdm-operations.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { document } from "../../support/http/answers.ts";
import { operationsWithInput, prepare, type Sample, samplesFor, sender } from "../../support/http/hostile-inputs.ts";
import { makeHost, organize } from "../../support/scenarios/scene.ts";

const KEYS = operationsWithInput(document).flatMap(({ key, operation }) => (operation.requestBody === undefined ? [] : [key]));

type Raw = NonNullable<Sample["raw"]>;
const asBase64 = (bytes: Buffer): Raw => ({ body: bytes.toString("base64"), isBase64Encoded: true });
/** The form of a gateway that decodes text itself. */
const asText = (bytes: Buffer): Raw => ({ body: bytes.toString("utf8"), isBase64Encoded: false });
const FORMS = [asText, asBase64];

const ready = async () => {
  const host = makeHost(makeWorld());
  await organize(host);
  const prepared = await prepare(host);
  return { host, send: sender(host, prepared), samples: samplesFor(prepared) };
};

const isRefusedAs = (key: string, { status, text }: { readonly status: number; readonly text: string }, reason: string): boolean => {
  const answer = JSON.parse(text);
  if (!isOfDeviceApi(key)) return answer.reason === reason;
  return answer.errorNumber === 9602 && (answer.status === -1 ? status === 200 : status === 400);
};

/** Sequences that are no UTF-8: bytes of ISO 8859-1, a lone continuation, overlong forms, an encoded surrogate, a cut sequence. */
const notUtf8 = fc.oneof(
  fc.constantFrom([0xf6], [0xe4], [0x80], [0xff, 0xfe], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]),
  fc
    .uint8Array({ min: 0x80, minLength: 1, maxLength: 4 })
    .filter((bytes) => !Buffer.from(bytes).equals(Buffer.from(Buffer.from(bytes).toString("utf8")))),
);

/** U+FFFD as a JSON escape, in which a client that replaced such bytes itself sends it. */
const escapedReplacement = fc.constantFrom("\\ufffd", "\\uFFFD", "\\uFffD").map((text) => [...Buffer.from(text)]);

describe.each(KEYS)("%s", (key) => {
  test("refuses a body that is not UTF-8 or has U+FFFD for such bytes, wherever in it they are", async () => {
    const { send, samples } = await ready();
    const text = JSON.stringify(samples[key]?.body);
    const places = [...text.matchAll(/"(?=[^"]*":)|(?<=:|\[)"/g)].map(({ index }) => index + 1);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(notUtf8, escapedReplacement),
        fc.constantFrom(...places),
        fc.constantFrom(...FORMS),
        async (bytes, at, form) => {
          const raw = form(Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from(bytes), Buffer.from(text.slice(at))]));
          const answer = await send(key, { ...samples[key], raw });
          expect({ bytes, at, answer, isRefused: isRefusedAs(key, answer, "malformed_json") }).toMatchObject({ isRefused: true });
        },
      ),
      { numRuns: 40 },
    );
  });

  test("ignores a byte order mark before the JSON, in both forms", async () => {
    for (const form of FORMS) {
      const { send, samples } = await ready();
      const raw = form(Buffer.from(`\uFEFF${JSON.stringify(samples[key]?.body)}`));
      const { status, text } = await send(key, { ...samples[key], raw });
      expect({ status, text }).toMatchObject({
        status: expect.toSatisfy((code: number) => code < 400 || JSON.parse(text).reason === "not_found"),
      });
    }
  });

  const most = isOfDeviceApi(key) ? 4 * 1024 * 1024 : 128 * 1024;
  test(`takes ${most} bytes and not one more, however they are handed over`, async () => {
    for (const form of FORMS) {
      const { send, samples } = await ready();
      const text = JSON.stringify(samples[key]?.body);
      const filled = (bytes: number) => form(Buffer.from(text + " ".repeat(bytes - Buffer.byteLength(text))));
      const more = await send(key, { ...samples[key], raw: filled(most + 1) });
      expect(isRefusedAs(key, more, "body_too_large")).toBe(true);
      expect(more.text).toContain(`${most} bytes`);
      const { status, text: answer } = await send(key, { ...samples[key], raw: filled(most) });
      expect(status < 400 || JSON.parse(answer).reason === "not_found").toBe(true);
    }
  });
});

test("two names that differ in bytes of ISO 8859-1 alone are never one user: nothing is stored of either", async () => {
  const { host, send, samples } = await ready();
  const before = await host.ports.clientUsers.version((await host.ports.locations.list({ limit: 1 })).items[0]?.id ?? expect.fail());
  for (const [key, field] of [
    ["POST /v1/assignments", "clientUserIds"],
    ["POST /mdm/v2/assets/associate", "clientUserIds"],
    ["POST /mdm/v2/users/create", "users"],
  ] as const)
    for (const form of FORMS)
      for (const letter of [0xf6, 0xe4]) {
        const body = Buffer.from(
          JSON.stringify({ ...samples[key]?.body, [field]: field === "users" ? [{ clientUserId: "j?rg" }] : ["j?rg"] }),
        );
        body[body.indexOf("?")] = letter;
        const answer = await send(key, { raw: form(body) });
        expect(isRefusedAs(key, answer, "malformed_json")).toBe(true);
      }
  const { items } = await host.ports.licenses.assignments({ of: "location", locationId: before.locationId }, { limit: 100 });
  expect(items.filter(({ target }) => "clientUserId" in target)).toEqual([]);
  expect(await host.ports.clientUsers.version(before.locationId)).toEqual(before);
  expect(host.ordered.size).toBe(0);
});

test("base64 counts as the bytes that the client sent: a body of 109,902 bytes without a JSON content type passes", async () => {
  const { send, samples } = await ready();
  const key = "POST /v1/licenses/import";
  const bytes = Buffer.from(JSON.stringify(samples[key]?.body).padEnd(109_902));
  const headers = { ...samples[key]?.headers, "content-type": "application/x-www-form-urlencoded" };
  expect((await send(key, { headers, raw: asBase64(bytes) })).status).toBe(200);
});

test("both forms of one body are read alike", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const bytes = Buffer.from(text);
      expect(parseBody(asBase64(bytes), 1_000_000)).toEqual(parseBody(asText(bytes), 1_000_000));
    }),
  );
});

test.each<[string, boolean]>([
  ["\\ufffd", true],
  ["\\uFFFD", true],
  ["a\\\\\\ufffd", true],
  ["\\\\ufffd", false],
  ["ufffd", false],
  ["\\ufffc", false],
  ["\\\\\\\\ufffd", false],
])("the text %s in JSON is refused: %s", (text, isRefused) => {
  const json = `{"name":"${text}"}`;
  for (const form of FORMS) expect("problem" in parseBody(form(Buffer.from(json)), 1000)).toBe(isRefused);
  expect(JSON.parse(json).name.includes("\uFFFD")).toBe(isRefused);
});
