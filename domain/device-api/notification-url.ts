// Where an MDM server may ask to be called with notifications. It chooses the address, and this service calls it: so it may lead to a host on the
// internet and nowhere else. Of a name only the syntax is judged here; what it resolves to is judged when it is called.

import { bareHost, parseHostAndPath } from "../shared/http-url.ts";
import { isAddress, isPublicAddress } from "./address.ts";
import { MDM_LIMITS } from "./mdm-limits.ts";

export const MAX_NOTIFICATION_URL_LENGTH = MDM_LIMITS.maxNotificationLength;

/** The parts of a URL, in the form in which it is called. */
export type NotificationTarget = {
  readonly isSecure: boolean;
  /** A name in lower case, or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** As it goes on the wire; begins with a slash. */
  readonly path: string;
  /** The one that it leads to when the host is no name that is to be resolved. */
  readonly address?: string;
};

/** `loopback`: of a run on one machine, where MDM servers are tried that have no name and no certificate. */
export type UrlRule = { readonly loopback?: "allowed" | undefined };

const LOOPBACK_ADDRESS = "127.0.0.1";

const loopbackTarget = ({ protocol, hostname, port, pathname }: URL): NotificationTarget | undefined => {
  if (hostname !== LOOPBACK_ADDRESS && hostname !== "localhost") return undefined;
  const isSecure = protocol === "https:";
  return { isSecure, host: hostname, port: Number(port) || (isSecure ? 443 : 80), path: pathname, address: LOOPBACK_ADDRESS };
};

const publicTarget = (url: URL): NotificationTarget | undefined => {
  const { protocol, port, pathname } = url;
  // The port of https itself is never told.
  if (protocol !== "https:" || port !== "") return undefined;
  const target = { isSecure: true, port: 443, path: pathname };
  const host = bareHost(url);
  if (isAddress(host)) return isPublicAddress(host) ? { ...target, host, address: host } : undefined;
  // With its last dot a name is another one to whoever compares certificates.
  return host.endsWith(".") ? undefined : { ...target, host };
};

/**
 * What is called at this URL; `undefined` when it may not be: it has to be https with a host and a path, nothing else, on port 443.
 * Source: Apple, "ClientConfigRequest", notificationUrl.
 */
export const notificationTarget = (text: string, { loopback }: UrlRule = {}): NotificationTarget | undefined => {
  if (text.length > MAX_NOTIFICATION_URL_LENGTH) return undefined;
  // Read by the same parser as by whoever calls: it makes 127.0.0.1 of 2130706433, 0x7f.1 and 127.1.
  const url = parseHostAndPath(text);
  if (url === undefined) return undefined;
  return (loopback === "allowed" ? loopbackTarget(url) : undefined) ?? publicTarget(url);
};

export const isNotificationUrl = (text: string, rule: UrlRule = {}): boolean => notificationTarget(text, rule) !== undefined;
