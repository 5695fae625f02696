// The address of Apple's API, as a deployment sets it. A content token is sent there and nowhere else.
// Source: Apple, "App and Book Management API", version 2.
import { bareHost, parseHostAndPath } from "../shared/http-url.ts";

export const APPLE_API = "https://vpp.itunes.apple.com/mdm/v2";

/** The setting of a deployment that asks Apple nothing. */
export const CHECKS_OFF = "off";

export type AppleTarget = {
  readonly isSecure: boolean;
  /** A name in lower case or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** The path of `client/config`. */
  readonly path: string;
};

/** `loopback`: permits plain HTTP to this machine. Only the local run sets it. */
export type AppleRule = { readonly loopback?: "allowed" | undefined };

const isLoopback = (host: string): boolean => host === "127.0.0.1" || host === "localhost";

/** The endpoint that a check calls below the base URL; `undefined` if the base URL is not permitted. */
export const appleTarget = (base: string, { loopback }: AppleRule = {}): AppleTarget | undefined => {
  const url = parseHostAndPath(base);
  if (url === undefined) return undefined;
  const host = bareHost(url);
  const isSecure = url.protocol === "https:";
  if (!isSecure && !(loopback === "allowed" && isLoopback(host))) return undefined;
  const port = Number(url.port) || (isSecure ? 443 : 80);
  return { isSecure, host, port, path: `${url.pathname.replace(/\/+$/, "")}/client/config` };
};

/** True if a deployment may set this: "off", or a base URL that tokens may be sent to. */
export const isAppleSetting = (text: string): boolean => text === CHECKS_OFF || appleTarget(text) !== undefined;
