// Files of licenses as spreadsheets save them: read with every common separator, encoding and line end, and refused by line where reading would be a guess.
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { locationId } from "../../support/builders/make.ts";
import { makeService } from "../../support/scenarios/service.ts";

const here = locationId();
let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
});

const send = async (source: { csv?: string; file?: string }, dryRun = true) => {
  const headers = dryRun ? {} : { "idempotency-key": "k" };
  return service.call("POST /v1/licenses/import", [], { body: { locationId: here, ...source, dryRun }, headers });
};
const asFile = (bytes: Uint8Array): { file: string } => ({ file: Buffer.from(bytes).toString("base64") });

const utf16 = (text: string, isBigEndian: boolean): Buffer => {
  const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
  return isBigEndian ? bytes.swap16() : bytes;
};
const ENCODERS = {
  "UTF-8": (text: string) => Buffer.from(text),
  "UTF-8 with a mark": (text: string) => Buffer.from(`\uFEFF${text}`),
  "UTF-16LE": (text: string) => utf16(text, false),
  "UTF-16BE": (text: string) => utf16(text, true),
};
const DELIMITERS = { comma: ",", semicolon: ";", tab: "\t" };

const table = [
  ["adamId", "productType", "quantity", "name", "deviceAssignable"],
  ["361309726", "App", "4", "Pages für alle", "TRUE"],
  ["500", "Book", "2", "中文", "False"],
];
const written = (rows: readonly (readonly string[])[], delimiter: string, end: string): string =>
  rows.map((row) => row.join(delimiter) + end).join("");

describe.each(Object.keys(ENCODERS) as (keyof typeof ENCODERS)[])("a file in %s", (encoding) => {
  test("is read with any separator, line ends, directive, empty rows and empty last columns, and the answer names separator and encoding", async () => {
    const separators = fc.constantFrom(...(Object.keys(DELIMITERS) as (keyof typeof DELIMITERS)[]));
    await fc.assert(
      fc.asyncProperty(
        separators,
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.boolean(),
        fc.nat({ max: 3 }),
        fc.nat({ max: 3 }),
        async (separator, end, isTold, emptyRows, emptyColumns) => {
          const delimiter = DELIMITERS[separator];
          const padded = [...table, ...Array.from({ length: emptyRows }, () => table[0]?.map(() => "") ?? [])].map((row) => [
            ...row,
            ...Array.from({ length: emptyColumns }, () => ""),
          ]);
          const text = (isTold ? `sep=${delimiter}${end}` : "") + written(padded, delimiter, end);
          const { status, body } = await send(asFile(ENCODERS[encoding](text)));
          expect({ status, body }).toEqual({
            status: 200,
            body: {
              dryRun: true,
              lines: 2,
              assets: 2,
              quantity: 6,
              problems: [],
              separator,
              encoding: encoding.replace(" with a mark", ""),
            },
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("keeps names as they are written", async () => {
    expect((await send(asFile(ENCODERS[encoding](written(table, ";", "\r\n"))), false)).status).toBe(200);
    const { items } = (await service.call("GET /v1/licenses", [], { query: { locationId: here } })).body;
    expect(items.map(({ name }: { name: string }) => name).toSorted()).toEqual(["Pages für alle", "中文"]);
  });
});

test("text in the field csv is read alike, and counts as the same file under one key", async () => {
  const text = written(table, ";", "\n");
  expect((await send({ csv: text }, false)).body).toMatchObject({ quantity: 6, separator: "semicolon", encoding: "UTF-8" });
  expect((await send(asFile(Buffer.from(text)), false)).body).toMatchObject({ quantity: 6 });
  const { items } = (await service.call("GET /v1/licenses", [], { query: { locationId: here } })).body;
  expect(items.map(({ available }: { available: number }) => available).toSorted()).toEqual([2, 4]);
});

test("base64 with line breaks, as macOS and Linux write it, is read", async () => {
  const { file } = asFile(Buffer.from(written(table, ",", "\n")));
  expect((await send({ file: `${file.replace(/(.{76})/g, "$1\n")}\n` })).body).toMatchObject({ lines: 2, problems: [] });
});

test.each([
  ["both", { csv: "a", file: "YQ==" }],
  ["neither", {}],
])("%s of csv and file is refused", async (_, source) => {
  expect((await send(source)).body).toMatchObject({ reason: "invalid_input", detail: expect.stringContaining("either") });
});

const HEAD = "adamId,productType,quantity,name\n";
const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
test.each([
  ["in ISO 8859-1", latin1(`${HEAD}1,App,1,a\n2,App,1,Z\xfcrich\n3,App,1,\xe4\n`), 3, /not UTF-8.*CSV UTF-8/],
  ["in UTF-16 without a mark", Buffer.from(HEAD, "utf16le"), 1, /UTF-16 without a byte order mark/],
  ["with a character that replaces unreadable bytes", Buffer.from(`${HEAD}1,App,1,a\n2,App,1,Z\uFFFDrich\n`), 3, /U\+FFFD/],
  ["that begins as UTF-16 and is cut", Buffer.from([0xff, 0xfe, 0x61]), 1, /begins as UTF-16LE/],
  ["with an unpaired surrogate in UTF-16", Buffer.from([0xfe, 0xff, 0xd8, 0x00]), 1, /begins as UTF-16BE/],
  ["with another separator", Buffer.from(`sep=|\n${HEAD}`), 1, /comma, a semicolon or a tab/],
  ["with two separators in its first line", Buffer.from("adamId,productType;quantity\n1,App;1\n"), 1, /more than one/],
  ["with a separator that its first line does not have", Buffer.from(`sep=;\n${HEAD}1,App,1,a\n`), 2, /adamId is missing/],
  ["with localized truth", Buffer.from("adamId,productType,quantity,revocable\n1,App,1,true\n2,App,1,WAHR\n"), 3, /"true" or "false"/],
  ["with too few fields", Buffer.from("adamId;productType;quantity\n1;App;1\n;;\n2;App\n"), 4, /has 2 fields where there are 3 columns/],
  ["with too many", Buffer.from("adamId;productType;quantity\n1;App;1;;\n2;App;1;;x\n"), 3, /has 5 fields where there are 3 columns/],
  ["after a directive and empty lines", Buffer.from("sep=;\r\n\r\nadamId;productType;quantity\r\nx;App;1\r\n"), 4, /digits of an Adam ID/],
])("a file %s is refused by the line that is wrong", async (_, bytes, line, problem) => {
  const { status, body } = await send(asFile(bytes));
  expect(status).toBe(200);
  expect(body.problems[0]).toEqual({ line, problem: expect.stringMatching(problem) });
  expect((await send(asFile(bytes), false)).body.reason).toBe("bad_lines");
});

test.each([
  ["whose bytes are of no supported encoding", latin1("adamId;productType;quantity;name\n1;App;1;Z\xfcrich\n"), ["", ""]],
  ["whose first line has two separators", Buffer.from("adamId,productType;quantity\n1,App;1\n"), ["UTF-8", ""]],
  ["whose first line names no column", Buffer.from("id;type\n1;App\n"), ["UTF-8", ""]],
  ["of one column", Buffer.from("adamId\n1\n"), ["UTF-8", ""]],
  ["that is empty but for its separator", Buffer.from("sep=;\n"), ["UTF-8", "semicolon"]],
  ["with a wrong line", Buffer.from("adamId;productType;quantity\nx;App;1\n"), ["UTF-8", "semicolon"]],
])("the answer about a file %s claims no encoding or separator that was not found", async (_, bytes, [encoding, separator]) => {
  const { status, body } = await send(asFile(bytes));
  expect(status).toBe(200);
  expect([body.encoding ?? "", body.separator ?? ""]).toEqual([encoding, separator]);
});

test("any bytes at all are read or refused, never quoted, and fail nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      const { status, body } = await send(asFile(bytes));
      expect(status).toBe(200);
      expect(body.problems.length).toBeGreaterThan(0);
    }),
  );
});
