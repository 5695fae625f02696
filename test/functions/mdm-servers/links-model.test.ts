// Random sequences of acts of people, MDM servers and holders of tokens at two locations, over the handlers in memory, with invariants that hold after each act.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claimants, openLinks } from "../../../domain/mdm-servers/links.ts";
import { MdmServerId } from "../../../domain/shared/ids.ts";
import { TokenProved, takeTokenProof } from "../../../functions/mdm-servers/token-proved.ts";
import { askMdm, bearerOf } from "../../support/http/ask-mdm.ts";
import { here, makeMdmService, other } from "../../support/scenarios/mdm-service.ts";
import { event } from "../../support/scenarios/scene.ts";

const CONFIG = "/mdm/v2/client/config";
const PLACES = [here, other.id] as const;
const TYPES = ["link", "unlink", "fetch", "prove", "identify", "use", "report", "resolve", "issue", "revoke", "close"] as const;

type Act = { readonly type: (typeof TYPES)[number]; readonly server: number; readonly place: number; readonly token: number };
const act = fc.record({ type: fc.constantFrom(...TYPES), server: fc.nat(1), place: fc.nat(1), token: fc.nat(5) });

const makeModel = async () => {
  const service = await makeMdmService();
  const servers = [service.fleet, service.zentral];
  const texts = new Map<string, string>();
  /** A token. Somebody keeps the text of its file after its end. */
  const issue = async (place: number): Promise<string> => {
    const token = await service.issue(PLACES[place]);
    texts.set(token, await bearerOf(service, token));
    return token;
  };
  const tokens = [[await issue(0)], [await issue(1)]];
  /** Links that a person opened, as "server token". Closing is the service's to decide; opening is not. */
  const opened = new Set<string>();
  const proofs: { readonly mdmServerId: string; readonly place: number; readonly at: Date }[] = [];
  const closed = new Set<number>();
  const infoOf = (server: number) => ({ id: `m-${server}`, name: `MDM ${server}`, metadata: "x" });
  const recordOf = async (server: number) => (await service.call("GET /v1/mdm-servers/{id}", [servers[server]?.id ?? ""])).body;
  const linksOf = (place: number) => service.ports.links.of(PLACES[place] ?? here);
  const isLinkedAt = async (server: number, place: number): Promise<boolean> =>
    openLinks(await linksOf(place)).some(({ mdmServerId }) => mdmServerId === servers[server]?.id);
  return { service, servers, issue, texts, tokens, opened, proofs, closed, infoOf, recordOf, linksOf, isLinkedAt };
};
type Model = Awaited<ReturnType<typeof makeModel>>;

/** Does the act with the rights of its actor. A refused act counts too. */
const perform = async (model: Model, { type, server, place, token: index }: Act): Promise<void> => {
  const { service, servers, tokens, opened, proofs, infoOf } = model;
  const mdm = servers[server];
  const atPlace = tokens[place] ?? [];
  const token = atPlace[index % atPlace.length] ?? "";
  const location = PLACES[place] ?? here;
  if (mdm === undefined) return;
  const query = { location };
  const links = await model.linksOf(place);
  switch (type) {
    case "link":
      if ((await service.link(mdm, token)).status === 200) opened.add(`${mdm.id} ${token}`);
      return;
    case "unlink":
      await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [mdm.id, token]);
      return;
    case "fetch":
      await service.fetchAs(mdm, { query });
      return;
    case "prove": {
      const { headers, status } = await service.fetchAs(mdm, { query });
      if (status !== 303) return;
      await service.fetchAs(mdm, { query, headers: { "if-none-match": headers.etag ?? "" } });
      proofs.push({ mdmServerId: mdm.id, place, at: service.clock.now });
      return;
    }
    case "identify":
      await askMdm(service.ports, {
        route: `POST ${CONFIG}`,
        bearer: model.texts.get(token),
        body: { mdmInfo: { ...infoOf(server), name: token } },
      });
      proofs.push({ mdmServerId: mdm.id, place, at: service.clock.now });
      return;
    case "use":
      await askMdm(service.ports, { route: `GET ${CONFIG}`, bearer: model.texts.get(token) });
      return;
    case "report": {
      const body = { mdmInfo: infoOf(server), mdmServerId: mdm.id };
      await service.call("POST /v1/content-tokens/{id}/claims", [token], { body });
      return;
    }
    case "resolve":
      if (links.conflict !== undefined) {
        const body = { keptBy: mdm.id, reason: "we moved" };
        await service.call("POST /v1/conflicts/{id}/resolution", [links.conflict.id], { body });
      }
      return;
    case "issue":
      if (!model.closed.has(place)) atPlace.push(await model.issue(place));
      return;
    case "close":
      // The primary location can't be closed, and no location with a live token.
      if (place === 0 || index > 0) return;
      for (const each of atPlace) await service.call("POST /v1/content-tokens/{id}/revocation", [each], { body: { reason: "closing" } });
      expect((await service.call("DELETE /v1/locations/{id}", [location])).status).toBe(200);
      model.closed.add(place);
      return;
    case "revoke":
      await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "leaked" } });
  }
};

const deliverProofs = async ({ service }: Model): Promise<void> => {
  for (const detail of service.eventsOf("ContentTokenProved"))
    await takeTokenProof(TokenProved.parse(event("ContentTokenProved", detail)), service.ports);
};

const running = (check: (model: Model, act: Act, during: () => Promise<void>) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 16 }), async (acts) => {
      const model = await makeModel();
      for (const [index, each] of acts.entries()) {
        model.service.later(400);
        if (index === 0) for (const server of [0, 1]) await perform(model, { type: "report", server, place: 0, token: 0 });
        await check(model, each, () => perform(model, each));
      }
    }),
    { numRuns: 60 },
  );

describe("after any acts of people, MDM servers and holders of tokens,", () => {
  test("an MDM server is let in to fetch at a location exactly while a link that a person opened there is open", {
    timeout: 120_000,
  }, async () => {
    await running(async (model, _, during) => {
      await during();
      for (const place of [0, 1]) {
        for (const link of openLinks(await model.linksOf(place))) expect(model.opened).toContain(`${link.mdmServerId} ${link.tokenId}`);
        for (const [server, mdm] of model.servers.entries()) {
          const { status } = await model.service.fetchAs(mdm, { query: { location: PLACES[place] ?? here } });
          expect(status === 403).toBe(!(await model.isLinkedAt(server, place)));
        }
      }
    });
  });

  test("no act but a person's opens a link", { timeout: 120_000 }, async () => {
    await running(async (model, { type }, during) => {
      const linksBefore = await Promise.all([0, 1].map(async (place) => openLinks(await model.linksOf(place))));
      await during();
      const linksAfter = await Promise.all([0, 1].map(async (place) => openLinks(await model.linksOf(place))));
      if (type !== "link")
        for (const [place, links] of linksAfter.entries()) for (const link of links) expect(linksBefore[place]).toContainEqual(link);
    });
  });

  test("there is a conflict at a location exactly while two MDM servers have a link or a sighting there", {
    timeout: 120_000,
  }, async () => {
    await running(async (model, _, during) => {
      await during();
      for (const place of [0, 1]) {
        const links = await model.linksOf(place);
        expect(links.conflict !== undefined).toBe(claimants(links).length >= 2);
        const named = links.conflict?.claims.map(({ mdmServerId }) => mdmServerId);
        if (named !== undefined) for (const each of claimants(links)) expect(named).toContain(each);
        const { items } = (await model.service.call("GET /v1/conflicts")).body;
        const open = items.filter(
          (each: { locationId: string; resolution?: object }) => each.locationId === PLACES[place] && !each.resolution,
        );
        expect(open.map(({ id }: { id: string }) => id)).toEqual(links.conflict === undefined ? [] : [links.conflict.id]);
      }
    });
  });

  test("no token is superseded within the overlap unless each MDM server that people linked to it gave a proof since", {
    timeout: 120_000,
  }, async () => {
    await running(async (model, _, during) => {
      const before = await Promise.all(model.tokens.flat().map(async (id) => [id, (await model.service.shown(id)).state] as const));
      await during();
      const linked = await Promise.all([0, 1].map(async (place) => openLinks(await model.linksOf(place))));
      await deliverProofs(model);
      // Few sequences supersede a token: this holds for all of them.
      expect(model.proofs.every(({ at }) => at <= model.service.clock.now)).toBe(true);
      for (const [id, state] of before) {
        if (state !== "active" || (await model.service.shown(id)).cause !== "superseded") continue;
        expect(model.proofs).not.toEqual([]);
        for (const { tokenId, mdmServerId, linkedAt } of linked.flat())
          if (tokenId === id) expect(model.proofs.some((proof) => proof.mdmServerId === mdmServerId && proof.at > linkedAt)).toBe(true);
      }
    });
  });

  test("identifying itself at one location leaves the record and the links of an MDM server that is linked elsewhere as they were", {
    timeout: 120_000,
  }, async () => {
    await running(async (model, { type, server, place }, during) => {
      const isOfOthers = type === "identify" && !(await model.isLinkedAt(server, place)) && (await model.isLinkedAt(server, 1 - place));
      const id = MdmServerId.parse(model.servers[server]?.id);
      const stateOf = async () => [await model.recordOf(server), await model.linksOf(1 - place), await model.service.ports.servers.get(id)];
      const before = await stateOf();
      await during();
      if (isOfOthers) expect(await stateOf()).toEqual(before);
      expect(before).toHaveLength(3);
    });
  });
});
