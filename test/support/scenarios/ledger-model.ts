// Acts on the ledger, the tokens and the subscription as a property draws them: what is asked, of which location, and how it is delivered. A delivery may
// be cut short after any call to a port; whoever asked asks again, with the same key, until there is an answer.
import * as fc from "fast-check";
import type { ContentTokenId, LocationId } from "../../../domain/shared/ids.ts";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import { crashing } from "../adapters/crashing.ts";
import { anAccount, locationId } from "../builders/make.ts";
import { type Asked, call, FETCH, fileOf, type Host, here, later, organize, register } from "./scene.ts";
import { signedUp } from "./service.ts";

/** Asset by asset: an app, an app that never comes back, a book. */
export const ASSETS = [
  { adamId: "101", productType: "App" },
  { adamId: "102", productType: "App", revocable: false },
  { adamId: "103", productType: "Book" },
] as const;

const second = locationId(2);
const third = locationId(3);
const fourth = locationId(4);
const ACTORS = {
  ada: "all",
  mona: [here.id, second],
  nils: [second, third],
} as const satisfies Readonly<Record<string, "all" | readonly LocationId[]>>;
type Actor = keyof typeof ACTORS;

const TARGETS = [{ serialNumber: "A" }, { serialNumber: "B" }, { clientUserId: "u" }, { clientUserId: "v" }] as const;

/** How often each is drawn, against the others. */
const KINDS = {
  acquire: 4,
  importLicenses: 1,
  transfer: 5,
  assign: 5,
  unassign: 4,
  retire: 3,
  subscribe: 6,
  issue: 3,
  importToken: 3,
  download: 2,
  link: 2,
  fetch: 2,
  list: 2,
  show: 1,
  revoke: 1,
  close: 4,
  create: 2,
  again: 2,
} as const;
type Kind = keyof typeof KINDS;

/** `index` is that of what is known when it is carried out: of an earlier act, of a token. */
export type Draw = {
  readonly kind: Kind;
  readonly as: Actor;
  readonly place: number;
  readonly to: number;
  readonly asset: number;
  readonly quantity: number;
  readonly targets: readonly number[];
  readonly index: number;
  readonly says: boolean | undefined;
  /** After which call to a port the first delivery dies. */
  readonly dies: number | undefined;
  readonly repeated: "no" | "afterwards" | "at once";
};

const drawn: fc.Arbitrary<Draw> = fc.record<Draw>(
  {
    kind: fc.oneof(...Object.entries(KINDS).map(([kind, weight]) => ({ arbitrary: fc.constant(kind as Kind), weight }))),
    as: fc.constantFrom<Actor>("ada", "ada", "ada", "ada", "ada", "mona", "nils"),
    place: fc.constantFrom(0, 0, 1, 1, 2, 2, 3, 4, 4),
    to: fc.nat(4),
    asset: fc.nat(ASSETS.length - 1),
    quantity: fc.integer({ min: 1, max: 4 }),
    targets: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
    index: fc.nat(30),
    says: fc.option(fc.boolean(), { nil: undefined }),
    dies: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined, freq: 2 }),
    repeated: fc.constantFrom("no", "afterwards", "at once"),
  },
  { noNullPrototype: true },
);

/** Acts that run at once, most of them about one location and one asset: where they meet. */
export const acts: fc.Arbitrary<readonly Draw[]> = fc
  .tuple(fc.array(drawn, { minLength: 1, maxLength: 6 }), fc.nat(4), fc.nat(ASSETS.length - 1), fc.boolean())
  .map(([all, place, asset, meet]) => (meet ? all.map((one) => ({ ...one, place, asset })) : all));

type Answer = Awaited<ReturnType<typeof call>>;
type Ask = Omit<Asked, "as"> & { readonly as?: Actor };
type Keyed = { readonly asked: Ask; readonly answer: Answer };

export type Model = {
  /** By Adam ID. */
  readonly acquired: Map<string, number>;
  /** Every location there ever was, in the order in which they came to be known. */
  readonly known: Set<LocationId>;
  /** What was asked with a key and done. */
  readonly done: Keyed[];
  /** What is final or only grows, by name. */
  readonly closed: Set<LocationId>;
  readonly gone: Map<string, number>;
  keys: number;
};
export type Real = { readonly host: Host; readonly credentials: readonly { readonly id: string; readonly credential: string }[] };

export const begin = async (host: Host): Promise<{ model: Model; real: Real }> => {
  await organize(host);
  await host.ports.locations.add({ ...here, id: third, name: "Shelbyville", uId: "1000000000000002", primary: false });
  await host.ports.locations.add({ ...here, id: fourth, name: "Ogdenville", uId: "1000000000000003", primary: false });
  for (const [name, places] of Object.entries(ACTORS))
    if (places !== "all") {
      const grants = places.map((location) => ({ role: "content-manager" as const, location }));
      await host.ports.accounts.register(anAccount({ ...signedUp(name), grants }));
    }
  const model: Model = {
    acquired: new Map(),
    known: new Set([here.id, second, third, fourth]),
    done: [],
    closed: new Set(),
    gone: new Map(),
    keys: 0,
  };
  const real = { host, credentials: [await register(host, "Fleet"), await register(host, "Zentral")] };
  // Something of everything, so that most acts find what they are about; nothing at the third location, so that it can be closed, and a token alone
  // at the fourth, which keeps it open.
  const found = { as: "ada", to: 0, targets: [0, 2], says: undefined, dies: undefined, repeated: "no" } as const;
  const given = [
    ["importLicenses", 0],
    ["importLicenses", 1],
    ["assign", 0],
    ["assign", 1],
    ["issue", 0],
    ["link", 0],
  ] as const;
  for (const place of [0, 1])
    for (const [kind, asset] of given) await carryOut([{ ...found, kind, place, asset, index: place, quantity: place + 2 }], model, real);
  await carryOut([{ ...found, kind: "issue", place: 3, asset: 0, index: 0, quantity: 1 }], model, real);
  return { model, real };
};

const tokensOf = async (model: Model, { ports }: Host): Promise<readonly ContentToken[]> => {
  const all = await Promise.all([...model.known].map((id) => Array.fromAsync(ports.tokens.ofLocation(id))));
  return all.flat().toSorted((one, other) => one.issuedAt.getTime() - other.issuedAt.getTime());
};

type Meant = {
  readonly asked: Ask;
  /** Where whoever asks needs a grant. */
  readonly at?: "all" | readonly LocationId[];
  /** Whose token it would hand out. */
  readonly hands?: LocationId;
  readonly acquires?: readonly (readonly [adamId: string, quantity: number])[];
};

const nth = <Value>(all: readonly Value[], index: number): Value | undefined => (all.length === 0 ? undefined : all[index % all.length]);

const told = (targets: readonly number[]) => {
  const named = targets.map((index) => TARGETS[index] ?? TARGETS[0]);
  return {
    serialNumbers: named.flatMap((target) => ("serialNumber" in target ? [target.serialNumber] : [])),
    clientUserIds: named.flatMap((target) => ("clientUserId" in target ? [target.clientUserId] : [])),
  };
};

/** What a draw asks for, now; nothing when there is nothing that it could be about. */
const meaning = async (draw: Draw, model: Model, { host, credentials }: Real): Promise<Meant | undefined> => {
  const { kind, as, quantity, says } = draw;
  const places = [...model.known];
  const [place = here.id, to = here.id] = [nth(places, draw.place), nth(places, draw.to)];
  const asset = ASSETS[draw.asset] ?? ASSETS[0];
  const { adamId } = asset;
  const administrator = draw.index % 4 === 0 ? as : "ada";
  model.keys += 1;
  const key = `key-${model.keys}`;
  const keyed = (route: string, body: object): Ask => ({ route, as, key, body });
  switch (kind) {
    case "acquire":
      return {
        asked: keyed("POST /v1/licenses", { locationId: place, quantity, ...asset, name: `named ${draw.index}` }),
        at: [place],
        acquires: [[adamId, quantity]],
      };
    case "importLicenses": {
      const next = ASSETS[(draw.asset + 1) % ASSETS.length] ?? ASSETS[0];
      const lines = [asset, next, asset].map((one) =>
        [one.adamId, one.productType, quantity, "revocable" in one ? one.revocable : ""].join(","),
      );
      return {
        asked: keyed("POST /v1/licenses/import", {
          locationId: place,
          csv: ["adamId,productType,quantity,revocable", ...lines].join("\n"),
        }),
        at: [place],
        acquires: [
          [adamId, 2 * quantity],
          [next.adamId, quantity],
        ],
      };
    }
    case "transfer":
      return {
        asked: keyed("POST /v1/license-transfers", { fromLocationId: place, toLocationId: to, adamId, quantity }),
        at: place === to ? [] : [place, to],
      };
    case "assign":
      return { asked: keyed("POST /v1/assignments", { locationId: place, adamId, ...told(draw.targets) }), at: [place] };
    case "unassign":
      return {
        asked: { route: "POST /v1/assignments/removals", as, body: { locationId: place, adamId, ...told(draw.targets) } },
        at: [place],
      };
    case "retire":
      return {
        asked: {
          route: "POST /v1/assignments/retirements",
          as,
          body: { locationId: place, clientUserIds: ["u", "v"].slice(draw.asset % 2) },
        },
        at: [place],
      };
    case "subscribe":
      return {
        asked: {
          route: "PUT /v1/subscription",
          as: administrator,
          body: { plan: quantity > 1 ? "monthly" : "none", ...(says === undefined ? {} : { primaryInUse: says }) },
        },
        at: "all",
      };
    case "issue":
      return { asked: keyed("POST /v1/content-tokens", { locationId: place }), at: [place], hands: place };
    case "importToken":
      return {
        asked: {
          route: "POST /v1/content-tokens/import",
          as,
          body: { locationId: place, fileName: "a.vpptoken", file: fileOf(`of ${place} ${model.keys}`) },
        },
        at: [place],
        hands: place,
      };
    case "list":
      return says
        ? { asked: { route: "GET /v1/content-tokens", as, query: { locationId: place } }, at: [place] }
        : { asked: { route: "GET /v1/content-tokens", as } };
    case "fetch": {
      const bearer = nth(credentials, draw.index)?.credential ?? "";
      return { asked: { route: FETCH, bearer, query: { location: place } }, hands: place };
    }
    case "close":
      return { asked: { route: "DELETE /v1/locations/{id}", as: administrator, path: [place] }, at: "all" };
    case "create":
      return model.known.size > 6
        ? undefined
        : { asked: { route: "POST /v1/locations", as: administrator, body: { name: "Another" } }, at: "all" };
    case "again": {
      const earlier = nth(model.done, draw.index);
      return earlier === undefined ? undefined : { asked: earlier.asked };
    }
    default: {
      const token = nth(await tokensOf(model, host), draw.index);
      if (token === undefined) return undefined;
      const [path, at] = [[token.id], [token.locationId]];
      if (kind === "show") return { asked: { route: "GET /v1/content-tokens/{id}", as, path }, at };
      if (kind === "revoke") return { asked: { route: "POST /v1/content-tokens/{id}/revocation", as, path, body: { reason: "lost" } }, at };
      const hands = token.locationId;
      if (kind === "download") return { asked: { route: "POST /v1/content-tokens/{id}/downloads", as, path, body: {} }, at, hands };
      const server = nth(credentials, draw.quantity)?.id ?? "";
      return { asked: { route: "PUT /v1/mdm-servers/{id}/links/{tokenId}", as, path: [server, ...path], body: {} }, at, hands };
    }
  }
};

const MOST_DELIVERIES = 30;

/** Until it is answered: neither cut short, nor told to come back. */
const delivered = async (asked: Ask, dies: number | undefined, { ports, clock }: Host): Promise<Answer> => {
  for (let count = 0; count < MOST_DELIVERIES; count++) {
    const isToDie = count === 0 && dies !== undefined;
    const answer = await call(isToDie ? crashing(ports, dies).ports : ports, clock.now, asked);
    if (answer.statusCode === 500 && !isToDie) throw new Error(`${asked.route} failed: ${JSON.stringify(answer.body)}`);
    if (answer.statusCode !== 500 && answer.statusCode !== 503) return answer;
  }
  throw new Error(`${asked.route} was not answered in ${MOST_DELIVERIES} deliveries`);
};

const isDone = ({ statusCode }: Answer): boolean => statusCode < 400;

/** What an answer says was made; an acquisition's says what there is now. */
const madeBy = ({ route }: Ask, { body: { id, assigned, alreadyAssigned, quantity } }: Answer) =>
  route === "POST /v1/licenses" ? {} : { id, assigned, alreadyAssigned, quantity };

/** What is reserved is not shown, not even to whoever had it issued before. */
const isHidden = ({ route }: Ask, { body }: Answer): boolean => route === "POST /v1/content-tokens" && body.reason === "location_reserved";

const assertSame = ({ asked, answer }: Keyed, again: Answer): void => {
  if (isDone(answer) && isHidden(asked, again)) return;
  const [one, other] = [answer, again].map((each) => JSON.stringify(isDone(each) ? madeBy(asked, each) : each.body));
  if (one !== other) throw new Error(`${asked.route} was done as ${one}, and again with its key answered ${other}`);
};

/** What was reserved, and since when, if not just now: the same before and after is the whole time between. */
const reservations = async (model: Model, { ports, clock }: Host): Promise<ReadonlySet<string>> => {
  const found = await ports.locations.getAll([...model.known]);
  return new Set(
    [...found.values()].flatMap(({ id, reservedAt }) =>
      reservedAt === undefined || reservedAt >= clock.now ? [] : [`${id} ${reservedAt.toISOString()}`],
    ),
  );
};

const assertNothingShown = ({ asked, answer }: Keyed, isReserved: (id: LocationId) => boolean): void => {
  if (!isDone(answer) || !asked.route.startsWith("GET /v1/content-tokens")) return;
  const shown: { id: ContentTokenId; locationId: LocationId; state: string }[] = answer.body.items ?? [answer.body];
  const wrong = shown.filter(({ locationId, state }) => state === "reserved" || (state === "active" && isReserved(locationId)));
  if (wrong.length > 0) throw new Error(`${asked.route} shows tokens of a reserved location: ${JSON.stringify(wrong)}`);
};

/** Delivers, as often as is drawn, and holds the answers against each other and against what was reserved all the while. */
const carriedOut = async (draw: Draw, { asked, at = [], hands, acquires = [] }: Meant, model: Model, host: Host): Promise<void> => {
  const before = await reservations(model, host);
  const deliveries = [delivered(asked, draw.dies, host)];
  if (draw.repeated === "at once") deliveries.push(delivered(asked, undefined, host));
  const answers = await Promise.all(deliveries);
  if (draw.repeated === "afterwards") answers.push(await delivered(asked, undefined, host));
  const after = await reservations(model, host);
  const isReserved = (id: LocationId): boolean => [...after].some((one) => before.has(one) && one.startsWith(id));

  const [first] = answers.filter(isDone);
  const [latest] = answers.slice(-1);
  for (const answer of answers) assertNothingShown({ asked, answer }, isReserved);
  const by = asked.as ?? "ada";
  const reach: "all" | readonly LocationId[] = ACTORS[by];
  if (first !== undefined && reach !== "all" && (at === "all" || at.some((id) => !reach.includes(id))))
    throw new Error(`${by} was let do ${asked.route} at ${at}`);
  if (first !== undefined && hands !== undefined && isReserved(hands))
    throw new Error(`${asked.route} was done for ${hands}, which was reserved all the while`);
  if (draw.kind === "again") {
    const earlier = model.done.find((one) => one.asked === asked);
    if (earlier !== undefined) for (const answer of answers) assertSame(earlier, answer);
    return;
  }
  if (first === undefined) return;
  for (const [adamId, quantity] of acquires) model.acquired.set(adamId, (model.acquired.get(adamId) ?? 0) + quantity);
  if (asked.key === undefined) return;
  const done = { asked, answer: first };
  for (const answer of answers.filter(isDone)) assertSame(done, answer);
  // Once it was done, it is done.
  if (draw.repeated === "afterwards" && answers.length > 1 && answers[0] === first && latest !== undefined) assertSame(done, latest);
  model.done.push(done);
};

/** All of `draws` at once, a second later than what was before. */
export const carryOut = async (draws: readonly Draw[], model: Model, real: Real): Promise<void> => {
  later(real.host, 1);
  const meant: [Draw, Meant][] = [];
  for (const draw of draws) {
    const meaningful = await meaning(draw, model, real);
    if (meaningful !== undefined) meant.push([draw, meaningful]);
  }
  const settled = await Promise.allSettled(meant.map(([draw, each]) => carriedOut(draw, each, model, real.host)));
  for (const one of settled) if (one.status === "rejected") throw one.reason;
};
