// All addresses that a name has in the DNS. Asked there and not of the system: a hosts file has no say, a question can be taken back, and names that
// never answer do not fill the few threads that the system's look-ups share.
import { Resolver } from "node:dns/promises";

/** Answers what is known, an empty list when nothing is; stops when `signal` says so. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** `servers`: other ones than the system's. */
export const resolveBy =
  (servers?: readonly string[]): Resolve =>
  async (host, signal) => {
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    signal.addEventListener("abort", () => resolver.cancel(), { once: true });
    const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    return found.flatMap((family) => (family.status === "fulfilled" ? family.value : []));
  };
