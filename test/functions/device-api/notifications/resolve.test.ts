// What a name resolves to, asked of a name server over its socket: all that it has, of both kinds, so that none of it goes unjudged.
import { afterEach, expect, test } from "vitest";
import { resolveBy } from "../../../../functions/device-api/notifications/resolve.ts";
import { startDns, type Told } from "../../../support/adapters/dns.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const start = async (told: Readonly<Record<"A" | "AAAA", Told>>) => {
  const dns = await startDns((_, kind) => told[kind]);
  closing.push(dns.close);
  return { asked: dns.asked, resolve: resolveBy([dns.server]) };
};

const NAME = "mdm.example.org";
const never = new AbortController().signal;
const IPV6 = "2606:4700:4700:0:0:0:0:1111";

test.each<[string, Readonly<Record<"A" | "AAAA", Told>>, readonly string[]]>([
  ["of both kinds", { A: ["8.8.8.8", "10.0.0.1"], AAAA: [IPV6] }, ["8.8.8.8", "10.0.0.1", "2606:4700:4700::1111"]],
  ["of IPv4 alone", { A: ["8.8.8.8"], AAAA: [] }, ["8.8.8.8"]],
  ["of IPv6 alone", { A: [], AAAA: [IPV6] }, ["2606:4700:4700::1111"]],
  ["of one kind, where the other one fails", { A: ["8.8.8.8"], AAAA: "fails" }, ["8.8.8.8"]],
  ["with IPv4 in IPv6", { A: [], AAAA: ["0:0:0:0:0:ffff:7f00:1"] }, ["::ffff:127.0.0.1"]],
  ["none", { A: [], AAAA: [] }, []],
  ["not known", { A: "fails", AAAA: "fails" }, []],
])("addresses %s", async (_, told, addresses) => {
  const { resolve, asked } = await start(told);
  expect(await resolve(NAME, never)).toEqual(addresses);
  expect(new Set(asked)).toEqual(new Set([`A ${NAME}`, `AAAA ${NAME}`]));
});

test("a name server that is silent is not waited for once nobody waits for the answer", async () => {
  const { resolve } = await start({ A: "is silent", AAAA: "is silent" });
  const ended = new AbortController();
  const found = resolve(NAME, ended.signal);
  ended.abort();
  expect(await found).toEqual([]);
});

test("names of this machine are asked for as any other: no file of the system answers for them", async () => {
  const { resolve, asked } = await start({ A: [], AAAA: [] });
  expect(await resolve("localhost", never)).toEqual([]);
  expect(asked.length).toBeGreaterThan(0);
});
