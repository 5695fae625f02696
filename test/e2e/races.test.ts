// Many at once, over HTTP: one key makes one token, one file is kept once, and no link survives what ended its token.
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderTokenFile } from "../../domain/tokens/token-file.ts";
import { eventually } from "../../local/demo/narrator.ts";
import { type Host, removeHost, startHost } from "./host.ts";

let host: Host;
let locationId: string;
beforeAll(async () => {
  host = await startHost();
  const { body } = await host.administrator("GET", "/v1/locations");
  locationId = (body.items as { id: string }[])[0]?.id ?? "";
}, 30_000);
afterAll(() => removeHost(host));

const times = <Value>(count: number, run: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
const tokens = async (): Promise<{ id: string }[]> =>
  (await host.administrator("GET", `/v1/content-tokens?locationId=${locationId}&limit=100`)).body.items as { id: string }[];

test("one Idempotency-Key makes one token, however many ask with it", async () => {
  const before = (await tokens()).length;
  const asked = await times(12, () => host.administrator("POST", "/v1/content-tokens", { locationId }, { "idempotency-key": "once" }));
  // One that is overtaken may be told to try again; nobody is told of a second token.
  expect(asked.filter(({ status }) => status !== 201 && status !== 503)).toEqual([]);
  const made = asked.filter(({ status }) => status === 201).map(({ body }) => body.id);
  expect(made.length).toBeGreaterThan(0);
  expect(new Set(made).size).toBe(1);
  expect((await tokens()).length).toBe(before + 1);
});

test("one file is taken in once, however many bring it; nothing is left of the others", async () => {
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(144))).toString("base64");
  const text = renderTokenFile({ secret, expiresAt: new Date(Date.now() + 90 * 86_400_000), orgName: "Pretendco" });
  const file = Buffer.from(text).toString("base64");
  const brought = await times(12, () =>
    host.administrator("POST", "/v1/content-tokens/import", { locationId, fileName: "x.vpptoken", file }),
  );
  const statuses = brought.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.filter((status) => status === 409 || status === 503)).toHaveLength(11);
  const planned = async () => ((await host.records()).some(({ pk }) => pk === "ERASE") ? undefined : true);
  expect(await eventually(planned)).toBe(true);
});

test("links asked for while the token is revoked: each was refused or is dead, and the file is gone", async () => {
  const { body } = await host.administrator("POST", "/v1/content-tokens", { locationId });
  const path = `/v1/content-tokens/${body.id}`;
  const download = () => host.administrator("POST", `${path}/downloads`);
  // One link is there before the race: with none, nothing would be seen to die.
  const first = await download();
  const early = times(10, download);
  const revocation = host.administrator("POST", `${path}/revocation`, { reason: "lost" });
  const late = times(9, download);
  expect((await revocation).status).toBe(200);
  const asked = [first, ...(await early), ...(await late)];
  const links = asked.flatMap(({ status, body }) => (status === 201 ? [String(body.url)] : []));
  expect(links.length).toBeGreaterThan(0);
  expect(asked.filter(({ status }) => ![201, 409, 503].includes(status))).toEqual([]);
  const allDead = async () =>
    (await Promise.all(links.map(async (url) => (await fetch(url)).status))).every((status) => status !== 200) ? true : undefined;
  expect(await eventually(allDead)).toBe(true);
  expect((await host.administrator("GET", path)).body).toMatchObject({ state: "invalidated", cause: "revoked" });
  expect((await host.administrator("POST", `${path}/downloads`)).status).toBe(409);
});

test("nothing of it was a failure of the service", () => {
  expect(host.errors).toEqual([]);
});
