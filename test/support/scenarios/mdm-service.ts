// The service on fake ports with two locations, an administrator, a content manager of the second location and two MDM servers; and what tests about
// custody ask it.
import { aLocation, locationId } from "../builders/make.ts";
import { makeService, signedUp } from "./service.ts";

export const here = aLocation().id;
export const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
export const manager = signedUp("manager", { grants: [{ role: "content-manager", location: other.id }] });

export type Shown = { readonly id: string; readonly credential: string };

export const makeMdmService = async () => {
  const service = await makeService();
  await service.ports.locations.add(other);
  await service.ports.accounts.register(manager);
  const { call, clock, published } = service;
  const register = async (name: string, vendor: string): Promise<Shown> =>
    (await call("POST /v1/mdm-servers", [], { body: { name, vendor } })).body;
  const fetchAs = (
    server: Shown,
    { query = {}, headers = {} }: { query?: Record<string, string>; headers?: Record<string, string> } = {},
  ) =>
    call("GET /v1/fetch/content-token", [], {
      claims: {},
      query,
      headers: { authorization: `Bearer ${server.credential}`, ...headers },
    });
  return {
    ...service,
    fetchAs,
    /** Fetches, and polls again with the hash of what it got: then it is seen to have it. */
    fetchWhole: async (server: Shown) => {
      const { headers } = await fetchAs(server);
      return fetchAs(server, { headers: { "if-none-match": headers.etag ?? "" } });
    },
    fleet: await register("Fleet at headquarters", "fleet"),
    zentral: await register("Zentral", "zentral"),
    issue: async (location = here, as = "ada"): Promise<string> =>
      (await call("POST /v1/content-tokens", [], { as, body: { locationId: location } })).body.id,
    link: (server: Shown, token: string, as = "ada") =>
      call("PUT /v1/mdm-servers/{id}/links/{tokenId}", [server.id, token], { as, body: {} }),
    shown: async (token: string) => (await call("GET /v1/content-tokens/{id}", [token])).body,
    eventsOf: (type: string) => published.flatMap((one) => (one.kind === "event" && one.type === type ? [one.detail] : [])),
    acts: async (token: string): Promise<string[]> =>
      (await call("GET /v1/content-tokens/{id}/history", [token])).body.items.map(({ act }: { act: string }) => act).toReversed(),
    later: (seconds: number): void => {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
  };
};
