// MDM servers that are known by what they say of themselves, in scene. Who reports one and gets no answer reports it again.
import { asking, call, type Host, issue, later, link, register, type Scenario } from "./scene.ts";

const ROUTE = "POST /v1/content-tokens/{id}/claims";
const mdmInfo = { id: "7f0c", name: "Jamf", metadata: "jamf.example.org" };

const report = async (host: Host, token: string): Promise<string> => {
  const { body } = await call(host.ports, host.clock.now, { route: ROUTE, path: [token], body: { mdmInfo } });
  return body.sightings.at(-1).mdmServerId;
};

export const CLAIM_SCENARIOS: readonly Scenario[] = [
  {
    name: "reporting a second MDM server by what it says of itself",
    again: true,
    before: async (host) => {
      const token = await issue(host);
      await link(host, (await register(host, "Fleet")).id, token);
      return [token];
    },
    ...asking(ROUTE, (path) => ({ path, body: { mdmInfo } })),
  },
  {
    name: "reporting one that is called something else by now, with a newer token",
    again: true,
    before: async (host) => {
      await report(host, await issue(host));
      later(host, 86_400);
      return [await issue(host)];
    },
    ...asking(ROUTE, (path) => ({ path, body: { mdmInfo: { ...mdmInfo, name: "Jamf Pro" } } })),
  },
  {
    name: "giving a credential to one that is known by what it said",
    before: async (host) => [await report(host, await issue(host))],
    ...asking("POST /v1/mdm-servers/{id}/credential", (path) => ({ path, body: {} })),
  },
  {
    name: "removing one that is known by what it said",
    again: true,
    before: async (host) => [await report(host, await issue(host))],
    ...asking("DELETE /v1/mdm-servers/{id}", (path) => ({ path })),
  },
];
