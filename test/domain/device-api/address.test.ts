// Which addresses may be called: the registries' blocks by name, and everything else held against the block list of Node, which parses by itself.
import { BlockList, isIP, isIPv4 } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAddress, isPublicAddress } from "../../../domain/device-api/address.ts";

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2001:4860:4860::8888",
  "2A00:1450:4001:0830:0:0:0:200E",
  "3ffe:ffff::1",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ["unspecified", "0.0.0.0"],
  ["of this network", "0.1.2.3"],
  ["private", "10.0.0.1"],
  ["private", "172.16.0.1"],
  ["private", "172.31.255.255"],
  ["private", "192.168.1.1"],
  ["shared", "100.64.0.1"],
  ["shared, with a metadata service", "100.100.100.200"],
  ["loopback", "127.0.0.1"],
  ["loopback", "127.255.255.254"],
  ["link-local, the metadata service", "169.254.169.254"],
  ["link-local, credentials of containers", "169.254.170.2"],
  ["of protocols", "192.0.0.170"],
  ["of documents", "192.0.2.1"],
  ["of documents", "198.51.100.1"],
  ["of documents", "203.0.113.1"],
  ["a relay of 6to4", "192.88.99.1"],
  ["of measurements", "198.19.0.1"],
  ["multicast", "224.0.0.1"],
  ["multicast", "239.255.255.255"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["unspecified", "::"],
  ["loopback", "::1"],
  ["IPv4 in IPv6", "::ffff:127.0.0.1"],
  ["IPv4 in IPv6", "::ffff:7f00:1"],
  ["IPv4 in IPv6, of a public address", "::ffff:8.8.8.8"],
  ["IPv4 in IPv6, translated", "::ffff:0:a00:1"],
  ["IPv4 in IPv6, as it was once", "::127.0.0.1"],
  ["IPv4 in IPv6, as it was once", "::7f00:1"],
  ["translated", "64:ff9b::a9fe:a9fe"],
  ["translated", "64:ff9b::808:808"],
  ["translated", "64:ff9b:1::a00:1"],
  ["that discards", "100::1"],
  ["unique local", "fc00::1"],
  ["unique local, the metadata service", "fd00:ec2::254"],
  ["link-local", "fe80::1"],
  ["link-local", "febf::1"],
  ["site-local", "fec0::1"],
  ["multicast", "ff02::1"],
  ["of documents", "2001:db8::1"],
  ["of documents", "3fff::1"],
  ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
  ["of measurements", "2001:2::1"],
  ["of hashes", "2001:20::1"],
  ["6to4, of loopback", "2002:7f00:1::"],
  ["of segments", "5f00::1"],
  ["of nobody yet", "4000::1"],
])("one that is %s is not: %s", (_, address) => {
  expect(isPublicAddress(address)).toBe(false);
});

describe("what is no address in its usual form is none", () => {
  test.each([
    "",
    " 8.8.8.8",
    "8.8.8.8 ",
    "8.8.8",
    "8.8.8.8.",
    "8.8.8.8.8",
    "8.8.8.08",
    "8.8.8.256",
    "8.8.8.1e1",
    "8.8.8.+8",
    "0x8.8.8.8",
    "134744072",
    "８.8.8.8",
    "8.8.8.8\0",
    "8.8.8.8\n",
    "[2606:4700::1]",
    "2606:4700::1%eth0",
    "2606:4700::1%25eth0",
    "2606:4700::1/64",
    "2606:4700:::1",
    "2606::4700::1",
    "2606:4700",
    "2606:4700:1:2:3:4:5:6:7",
    "2606:4700:1:2:3:4:5::6",
    "2606:4700:1:2:3:4:5:",
    ":2606:4700:1:2:3:4:5",
    "2606:4700::10000",
    "2606:4700::g",
    "2606:4700::8.8.8.8",
    "notify.example",
  ])("%j", (text) => {
    expect([isAddress(text), isPublicAddress(text)]).toEqual([false, false]);
  });
});

/**
 * All of the registries that is not globally reachable, written again: the complement of 2000::/3, and what is left of it. A list for each, since Node
 * looks for an IPv4 address in blocks of IPv6 too.
 */
const refused = { ipv4: new BlockList(), ipv6: new BlockList() };
const kindOf = (address: string): "ipv4" | "ipv6" => (isIPv4(address) ? "ipv4" : "ipv6");
const BLOCKS = [
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16",
  "198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4",
  "::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20",
].flatMap((line) => line.split(" ").map((block) => block.split("/") as [first: string, length: string]));
for (const [first, length] of BLOCKS) refused[kindOf(first)].addSubnet(first, Number(length), kindOf(first));
const isRefused = (address: string): boolean => refused[kindOf(address)].check(address, kindOf(address));

const ipv4Of = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
const ipv6Of = (value: bigint): string =>
  Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(":");

const numberOf = (first: string): bigint => {
  if (isIPv4(first)) return first.split(".").reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  // All of them end in two colons.
  const groups = first.slice(0, -2).split(":");
  return Array.from({ length: 8 }, (_, index) => BigInt(`0x${groups[index] || "0"}`)).reduce((sum, group) => (sum << 16n) | group, 0n);
};

/** Around the ends of the blocks, where a wrong length shows. */
const anEdge = fc.tuple(fc.constantFrom(...BLOCKS), fc.bigInt({ min: -3n, max: 3n }), fc.boolean()).map(([[first, length], off, isEnd]) => {
  const [bits, of] = isIPv4(first) ? [32, ipv4Of] : [128, ipv6Of];
  const size = 1n << BigInt(bits - Number(length));
  return of(BigInt.asUintN(bits, numberOf(first) + off + (isEnd ? size : 0n)));
});

const anAddress = fc.oneof(
  fc.ipV4(),
  anEdge,
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map(ipv6Of),
  fc.bigInt({ min: 1n << 125n, max: (1n << 126n) - 1n }).map(ipv6Of),
);

test("every address is public, or in a block that is not", () => {
  fc.assert(
    fc.property(anAddress, (address) => {
      expect([address, isPublicAddress(address)]).toEqual([address, !isRefused(address)]);
    }),
    { numRuns: 5000 },
  );
});

test("what is public is an address to Node too, and in no block that is not, however it is written", () => {
  const written = fc.oneof(
    fc.ipV6(),
    fc.ipV4Extended(),
    anAddress.map((address) => address.toUpperCase()),
    anAddress.map((address) => address.replace(/\b(0:)+0?/, ":")),
    fc.tuple(anAddress, fc.constantFrom("", ".", "%1", " ", "/8", ":", "::", "0")).map(([address, end]) => `${address}${end}`),
    fc.string(),
    fc.stringMatching(/^[0-9a-f:.]{0,40}$/),
  );
  let seen = 0;
  fc.assert(
    fc.property(written, (text) => {
      if (!isPublicAddress(text)) return;
      seen += 1;
      expect([text, isIP(text) !== 0, isRefused(text)]).toEqual([text, true, false]);
    }),
    { numRuns: 5000 },
  );
  expect(seen).toBeGreaterThan(500);
});

test("what Node takes for an address in hexadecimal or decimal is one here", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), fc.ipV4()), (text) => {
      fc.pre(isIPv4(text) || !text.includes("."));
      expect([text, isAddress(text)]).toEqual([text, isIP(text) !== 0]);
    }),
    { numRuns: 2000 },
  );
});
