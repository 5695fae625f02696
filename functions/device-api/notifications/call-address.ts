// Calls an address that somebody else chose. Invariant: a connection is made only to an address that was checked. The name is therefore resolved once,
// every address of the answer is checked, and the socket is given those addresses instead of the name.
import { request as requestPlainly } from "node:http";
import { request as requestSecurely } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "../../../domain/device-api/address.ts";
import type { Delivery, NotificationCall, Undelivered } from "../../../domain/device-api/delivery.ts";
import { type NotificationTarget, notificationTarget } from "../../../domain/device-api/notification-url.ts";
import { type Resolve, resolveBy } from "./resolve.ts";

export type Network = {
  /** Of a run on one machine. */
  readonly loopback?: "allowed" | undefined;
  readonly resolve: Resolve;
  readonly isPublic: (address: string) => boolean;
  /** For everything together: no server can keep a call open for longer, however slowly it goes on to answer. */
  readonly deadlineMilliseconds: number;
  /** Another one than the target's own. */
  readonly port?: number;
  /** Who is trusted to certify names; the well-known authorities when left out. */
  readonly ca?: string;
};

const INTERNET: Network = { resolve: resolveBy(), isPublic: isPublicAddress, deadlineMilliseconds: 10_000 };

/** Of what is answered only the status is read. */
const MAX_HEADER_BYTES = 8 * 1024;

const undelivered = (why: Undelivered): Delivery => ({ delivered: false, why });

const deliveryOf = (status = 0): Delivery => {
  if (status >= 200 && status < 300) return { delivered: true };
  if (status >= 300 && status < 400) return undelivered("status_3xx");
  if (status >= 400 && status < 500) return undelivered("status_4xx");
  return undelivered(status >= 500 && status < 600 ? "status_5xx" : "answer_unreadable");
};

/** By its code alone: a message may quote what the other side sent. */
const failureOf = (error: NodeJS.ErrnoException, socket: object | null): Undelivered => {
  if (socket !== null && "authorizationError" in socket && socket.authorizationError) return "certificate_refused";
  return error.code?.startsWith("HPE_") ? "answer_unreadable" : "unreachable";
};

/** Answers a socket that asks for the addresses of whatever name. One that wants all of them tries one after the other. */
const pinned = (addresses: readonly string[]): LookupFunction => {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_, { all: wantsAll }, answer) => (wantsAll ? answer(null, all) : answer(null, all[0]?.address ?? "", all[0]?.family));
};

const post = (
  { bearer, body }: NotificationCall,
  { isSecure, host, port, path }: NotificationTarget,
  { addresses, ca, signal }: { readonly addresses: readonly string[]; readonly ca?: string | undefined; readonly signal: AbortSignal },
): Promise<Delivery> =>
  new Promise((resolve) => {
    const request = (isSecure ? requestSecurely : requestPlainly)({
      method: "POST",
      host,
      port,
      path,
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", "user-agent": "content-tokens" },
      lookup: pinned(addresses),
      // Neither a connection of another call, nor a proxy that the environment names.
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Said, since an environment can turn it off.
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ...(ca === undefined ? {} : { ca }),
      signal,
    });
    request.on("error", (error) => resolve(undelivered(failureOf(error, request.socket))));
    request.on("response", (response) => {
      resolve(deliveryOf(response.statusCode));
      response.destroy();
    });
    // One that wants to speak another protocol is cut off without a word.
    request.on("close", () => resolve(undelivered("answer_unreadable")));
    request.end(body);
  });

const attempt = async (call: NotificationCall, target: NotificationTarget, network: Network, signal: AbortSignal): Promise<Delivery> => {
  const to = { ...target, port: network.port ?? target.port };
  const { ca } = network;
  // The URL check covers it.
  if (target.address !== undefined) return post(call, to, { addresses: [target.address], ca, signal });
  const addresses = await network.resolve(target.host, signal).catch(() => []);
  if (addresses.length === 0) return undelivered("unresolvable");
  // One that is not is enough: who mixes them wants something else than to be notified.
  if (!addresses.every(network.isPublic)) return undelivered("address_not_public");
  return post(call, to, { addresses, ca, signal });
};

/** Posts the body, once, and tells what became of it; rejects for nothing that the other side does. `over`: where it differs from the internet. */
export const callAddress = async (call: NotificationCall, over: Partial<Network> = {}): Promise<Delivery> => {
  const network = { ...INTERNET, ...over };
  const target = notificationTarget(call.url, network);
  if (target === undefined) return undelivered("url_not_allowed");
  const ended = new AbortController();
  const { promise: timeUp, resolve: endTime } = Promise.withResolvers<Delivery>();
  const timer = setTimeout(() => endTime(undelivered("timed_out")), network.deadlineMilliseconds);
  try {
    return await Promise.race([attempt(call, target, network, ended.signal), timeUp]);
  } finally {
    clearTimeout(timer);
    // Whatever is still open: the question, the connection, an answer that nobody reads.
    ended.abort();
  }
};
