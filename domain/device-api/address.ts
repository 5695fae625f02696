// Which addresses anybody on the internet may be called at. What is not known to be one is refused: within a network an address may be anything, a
// metadata service that hands out credentials among them.

/** The bits of an IPv4 address, as text; strict: four decimal numbers without leading zeros, since others read those as octal. */
const bitsOfIpv4 = (text: string): string | undefined => {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255)) return undefined;
  return octets.map((octet) => Number(octet).toString(2).padStart(8, "0")).join("");
};

const GROUPS = 8;

/**
 * The bits of an IPv6 address, as text. Zone ids do not parse, nor does an IPv4 address at the end: nobody writes one within the addresses that are
 * public.
 */
const bitsOfIpv6 = (text: string): string | undefined => {
  const [before = [], after, ...more] = text.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const left = GROUPS - before.length - (after?.length ?? 0);
  // Two colons stand for at least one group.
  if (more.length > 0 || (after === undefined ? left !== 0 : left < 1)) return undefined;
  const groups = [...before, ...Array.from({ length: left }, () => "0"), ...(after ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("");
};

/** The bits that all addresses of a block begin with. */
const block = (text: string): string => {
  const [first = "", length] = text.split("/");
  const bits = bitsOfIpv4(first) ?? bitsOfIpv6(first);
  if (bits === undefined) throw new Error(`${text} is no block of addresses`);
  return bits.slice(0, Number(length));
};

/**
 * IPv4 ranges that are not globally reachable, or do not address one host.
 * Source: IANA, "IPv4 Special-Purpose Address Registry" and "IPv4 Multicast Address Space Registry".
 */
const IPV4_EXCEPTIONS = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
].map(block);

/** All that is given out of IPv6. Source: IANA, "Internet Protocol Version 6 Address Space". */
const IPV6_GLOBAL = block("2000::/3");

/**
 * Ranges of it that are not globally reachable, or embed an IPv4 address (Teredo, 6to4). Translated, mapped, local and multicast addresses are outside.
 * Source: IANA, "IPv6 Special-Purpose Address Registry".
 */
const IPV6_EXCEPTIONS = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].map(block);

const isIn =
  (bits: string) =>
  (prefix: string): boolean =>
    bits.startsWith(prefix);

/** True if the text is an IPv4 or IPv6 address in its usual form. */
export const isAddress = (text: string): boolean => (bitsOfIpv4(text) ?? bitsOfIpv6(text)) !== undefined;

/** True if the address belongs to one globally reachable host. False if it does not parse. */
export const isPublicAddress = (address: string): boolean => {
  const ipv4 = bitsOfIpv4(address);
  if (ipv4 !== undefined) return !IPV4_EXCEPTIONS.some(isIn(ipv4));
  const ipv6 = bitsOfIpv6(address);
  return ipv6 !== undefined && isIn(ipv6)(IPV6_GLOBAL) && !IPV6_EXCEPTIONS.some(isIn(ipv6));
};
