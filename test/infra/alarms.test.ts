// Every alarm on what functions write goes off when it should and clears again: real handlers over fakes write with the real log, and what they wrote
// is judged by the alarms of the template. And nothing is written that nobody looks at, or watched that nobody writes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test, vi } from "vitest";
import { takeIdentityEvent } from "../../functions/accounts/identity-event.ts";
import { logAs } from "../../functions/aws/log.ts";
import { takeCheckMessage } from "../../functions/checks/take-message.ts";
import { type FunctionName, METRICS_NAMESPACE } from "../../functions/contract/env.ts";
import { COUNTS, GAUGES } from "../../functions/contract/metrics.ts";
import { sealCustody } from "../../functions/custody/seal.ts";
import { doWork, giveUpWork } from "../../functions/device-api/jobs/run-job.ts";
import { notifyMdmServer } from "../../functions/device-api/notifications/notify.ts";
import { batch } from "../../functions/middleware/batch.ts";
import { runByTheMinute } from "../../functions/operations/run-by-the-minute.ts";
import { scanExpiry } from "../../functions/tokens/scan-expiry.ts";
import { notifierInMemory, sealsInMemory } from "../support/adapters/outside.ts";
import { fileAround, locationId } from "../support/builders/make.ts";
import { askMdm, bearerOf, type MdmAsked } from "../support/http/ask-mdm.ts";
import { makeService, NOW } from "../support/scenarios/service.ts";
import { Alarm, type AlarmState, stateOf, type Written, writtenIn } from "./evaluator.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const POOL = "us-east-1_AbC";

type Resource = { readonly Type: string; readonly Properties: Record<string, unknown> };
const resources = (): Resource[] => {
  const file = inject("templates").find((each) => each.includes("Service")) ?? "";
  return Object.values(JSON.parse(readFileSync(file, "utf8")).Resources as Record<string, Resource>);
};
const all = (): Alarm[] =>
  resources().flatMap(({ Type, Properties }) => (Type === "AWS::CloudWatch::Alarm" ? [Alarm.parse(Properties)] : []));
const headingOf = ({ AlarmDescription }: Alarm): string => /docs\/runbook\.md, "(.+)"\.$/.exec(AlarmDescription)?.[1] ?? AlarmDescription;
/** Those on what functions write, by their heading. */
const own = (): Map<string, Alarm> =>
  new Map(all().flatMap((alarm) => (alarm.Namespace === METRICS_NAMESPACE ? [[headingOf(alarm), alarm]] : [])));

const trailEvent = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/identity/api-call.json"), "utf8")).event;

/** A service whose functions write to a log that is kept here, while a clock that is set by hand goes on. */
const makeWatched = async () => {
  const lines: string[] = [];
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  const output = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  const errors = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const service = await makeService(logAs);
  const { ports, clock, call, faults } = service;
  const as = (name: FunctionName) => ({ ...ports, log: logAs(name) });
  const ofWorker = as("license-worker");
  const ofNotifications = as("notifications");
  const ofOutbox = as("outbox");
  const ofIdentity = as("identity-events");
  const ofScan = as("expiry-scan");
  const ofChecks = as("token-checks");
  const takeCheck = batch((message) => takeCheckMessage(message, ofChecks), ofChecks.log);
  const takeWork = batch((order) => doWork(order, ofWorker, () => false), ofWorker.log);
  const takeDeadWork = batch((order) => giveUpWork(order, ofWorker), ofWorker.log);
  const takeMdmNotification = batch((message, _, { attempt }) => notifyMdmServer(message, attempt, ofNotifications), ofNotifications.log);
  const takeMessages = batch((event) => takeIdentityEvent(event, POOL, ofIdentity, () => false), ofIdentity.log);
  const pass = (milliseconds: number): void => {
    clock.now = new Date(clock.now.getTime() + milliseconds);
    vi.setSystemTime(clock.now);
  };
  const seals = sealsInMemory();
  const scan = () => scanExpiry(ofScan, () => false);
  await scan();
  return {
    ports,
    faults,
    pass,
    now: () => clock.now.getTime(),
    written: () => writtenIn(lines.join("")),
    close: () => {
      output.mockRestore();
      errors.mockRestore();
      vi.useRealTimers();
    },
    /** Lets the outbox function run by the minute. A run that fails is the function's own alarm's. */
    async run(milliseconds: number): Promise<void> {
      for (let left = milliseconds; left > 0; left -= MINUTE) {
        pass(MINUTE);
        await runByTheMinute(ofOutbox, () => false).catch(() => undefined);
      }
    },
    scan,
    /** Seals the custody log. A run that finds a broken chain fails, which is the function's own alarm's. */
    seal: () => sealCustody({ ...as("custody-seal"), seals }, () => false).catch(() => undefined),
    /** The location's MDM server asks, and the API of devices answers. */
    askAs: async (token: string, asked: Omit<MdmAsked, "bearer">) =>
      askMdm(as("mdm"), { ...asked, bearer: await bearerOf(service, token) }),
    /** Through the queues: for the first time, or for the last. */
    work: (order: object) => takeWork({ Records: [{ messageId: "m", body: JSON.stringify(order) }] }),
    deadWork: (order: object) => takeDeadWork({ Records: [{ messageId: "m", body: JSON.stringify(order) }] }),
    async notify(attempt: number): Promise<void> {
      const notification = {
        id: "evt_1",
        locationId: locationId(),
        type: "ASSET_COUNT",
        notification: { adamId: "361309726", countDelta: 1 },
      };
      await takeMdmNotification({
        Records: [{ messageId: "m", body: JSON.stringify(notification), attributes: { ApproximateReceiveCount: String(attempt) } }],
      });
    },
    check: (message: object) => takeCheck({ Records: [{ messageId: "m", body: JSON.stringify(message) }] }),
    /** Imports a token that is good for `days`; answers its identifier. */
    async importToken(days: number, token = "eA=="): Promise<string> {
      const expDate = new Date(clock.now.getTime() + days * DAY).toISOString();
      const file = fileAround(fileAround(JSON.stringify({ token, expDate, orgName: "X" })));
      const body = { locationId: locationId(), fileName: "x.vpptoken", file, downloadedBy: "unknown" };
      return (await call("POST /v1/content-tokens/import", [], { body })).body.id;
    },
    /** Through the queue, as EventBridge puts it there. */
    take: (body: string) => takeMessages({ Records: [{ messageId: "m", body }] }),
    /** The provider's trail tells of Ada's new password, which is so old. */
    change: (ageMilliseconds: number) => {
      const eventTime = new Date(clock.now.getTime() - ageMilliseconds).toISOString();
      const detail = { ...trailEvent.detail, eventTime, additionalEventData: { sub: "ada" } };
      return takeMessages({ Records: [{ messageId: "m", body: JSON.stringify({ ...trailEvent, detail }) }] });
    },
    report: (detail: object) => {
      const event = { id: "e-1", "detail-type": "account.password-changed", time: clock.now.toISOString(), detail };
      return takeMessages({ Records: [{ messageId: "m", body: JSON.stringify(event) }] });
    },
    call,
    issue: async (): Promise<string> => (await call("POST /v1/content-tokens", [], { body: { locationId: locationId() } })).body.id,
    revoke: (id: string) => call("POST /v1/content-tokens/{id}/revocation", [id], { body: { reason: "lost" } }),
    register: async (): Promise<{ id: string; credential: string }> =>
      (await call("POST /v1/mdm-servers", [], { body: { name: "Fleet", vendor: "fleet" } })).body,
    link: (server: { id: string }, token: string) => call("PUT /v1/mdm-servers/{id}/links/{tokenId}", [server.id, token], { body: {} }),
    /** Fetches, and is seen to have what it got, since it polls again with its hash. */
    fetchAs: async ({ credential }: { credential: string }) => {
      const headers = { authorization: `Bearer ${credential}`, accept: "application/json" };
      const { etag = "" } = (await call("GET /v1/fetch/content-token", [], { claims: {}, headers })).headers;
      return call("GET /v1/fetch/content-token", [], { claims: {}, headers: { ...headers, "if-none-match": etag } });
    },
  };
};
type Watched = Awaited<ReturnType<typeof makeWatched>>;

/** Makes a method of a port fail; answers how to mend it. */
const broken = <Port extends object, Name extends keyof Port>(port: Port, name: Name): (() => void) => {
  const works = port[name];
  port[name] = (() => {
    throw new Error("the table is down");
  }) as Port[Name];
  return () => {
    port[name] = works;
  };
};

/** Work that an MDM server asked for: its order. */
const asked = async ({ call, issue, askAs }: Watched): Promise<{ workId: string }> => {
  await call("POST /v1/licenses", [], { body: { locationId: locationId(), adamId: "361309726", productType: "App", quantity: 1 } });
  const { body } = await askAs(await issue(), {
    route: "POST /mdm/v2/assets/associate",
    body: { assets: [{ adamId: "361309726" }], serialNumbers: ["C02X"] },
  });
  return { workId: body.eventId };
};

/** An MDM server that wants to be told. */
const subscribed = async ({ issue, askAs }: Watched): Promise<void> => {
  const notificationUrl = "https://mdm.example.org/apps";
  const body = { notificationUrl, notificationAuthToken: "n", notificationTypes: ["ASSET_COUNT"] };
  await askAs(await issue(), { route: "POST /mdm/v2/client/config", body });
};

/** What sets an alarm off; answers what puts it right, when it does not end by itself. */
const SCENARIOS: Readonly<Record<string, (watched: Watched) => Promise<(() => unknown) | undefined>>> = {
  "Admin answers with failures": async ({ ports, call }) => {
    const mend = broken(ports.locations, "list");
    expect((await call("GET /v1/locations")).status).toBe(500);
    return mend;
  },
  "Custody answers with failures": async ({ ports, issue }) => {
    const mend = broken(ports.tokens, "add");
    await issue();
    return mend;
  },
  "Mdm answers with failures": async ({ ports, issue, askAs }) => {
    const token = await issue();
    const mend = broken(ports.clientUsers, "version");
    expect((await askAs(token, { route: "GET /mdm/v2/users" })).statusCode).toBe(500);
    return mend;
  },
  "A work message failed": async (watched) => {
    const order = await asked(watched);
    const mend = broken(watched.ports.works, "get");
    await watched.work(order);
    return mend;
  },
  "Work was given up": async (watched) => {
    await watched.deadWork(await asked(watched));
    return undefined;
  },
  "A notification message failed": async (watched) => {
    await subscribed(watched);
    const mend = broken(watched.ports.notifier, "deliver");
    await watched.notify(1);
    return mend;
  },
  "Notifications are dropped": async (watched) => {
    await subscribed(watched);
    watched.ports.notifier.deliver = notifierInMemory([], () => ({ delivered: false, why: "timed_out" })).deliver;
    for (const attempt of [1, 2, 3]) await watched.notify(attempt);
    return undefined;
  },
  "Identifications are not logged": async ({ issue, register, link, askAs }) => {
    const [token, server] = [await issue(), await register()];
    await link(server, token);
    for (let count = 0; count < 6; count++) {
      const mdmInfo = { id: "f-1", name: `Fleet ${count}`, metadata: "m" };
      await askAs(token, { route: "POST /mdm/v2/client/config", body: { mdmInfo } });
    }
    return undefined;
  },
  "An account message failed": async ({ take }) => {
    await take("{");
    return undefined;
  },
  "A check message failed": async ({ ports, importToken, check }) => {
    const mend = broken(ports.apple, "check");
    await check({ tokenId: await importToken(100), attempt: 1 });
    return mend;
  },
  "Apple has not answered for three days": async ({ importToken, pass, check }) => {
    const tokenId = await importToken(100);
    pass(3 * DAY);
    return () => check({ tokenId, attempt: 1 });
  },
  "A custody chain is broken": async ({ ports, issue, seal }) => {
    await issue();
    await seal();
    const { chain } = ports.custody;
    ports.custody.chain = async function* (subject, from) {
      for await (const found of chain(subject, from)) yield { ...found, entry: undefined };
    };
    await issue();
    await seal();
    return () => {
      ports.custody.chain = chain;
      return seal();
    };
  },
  "An unknown subject changed a password": async ({ report }) => {
    await report({ subject: "nobody" });
    return undefined;
  },
  "Password changes arrive late": async ({ change }) => {
    await change(40 * MINUTE);
    return () => change(2 * MINUTE);
  },
  "The expiry scan is overdue": async ({ run, scan }) => {
    await run(26 * HOUR);
    return scan;
  },
  "Outbox messages wait": async ({ faults, issue }) => {
    faults.bus = true;
    await issue();
    return () => {
      faults.bus = false;
    };
  },
  "Erasures wait": async ({ faults, issue, revoke }) => {
    faults.files = true;
    await revoke(await issue());
    return () => {
      faults.files = false;
    };
  },
  "A job does not end": async (watched) => {
    const order = await asked(watched);
    watched.pass(30 * MINUTE);
    return () => watched.work(order);
  },
  "A parked fact grows old": async ({ report, pass, call }) => {
    await report({ subject: "later" });
    pass(7 * DAY);
    return () => call("POST /v1/accounts", [], { body: { subject: "later", email: "later@example.org" } });
  },
  "MDM servers hold dead tokens": async ({ issue, register, link, revoke, call }) => {
    const [token, server] = [await issue(), await register()];
    await link(server, token);
    await revoke(token);
    return () => call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [server.id, token]);
  },
  "MDM servers hold tokens that end soon": async ({ issue, register, link, pass, fetchAs }) => {
    const [token, server] = [await issue(), await register()];
    await link(server, token);
    pass(350 * DAY);
    return async () => {
      await issue();
      await fetchAs(server);
    };
  },
  "MDM servers hold the reserved token": async ({ issue, register, link, call }) => {
    const [token, server] = [await issue(), await register()];
    await link(server, token);
    await call("PUT /v1/subscription", [], { body: { plan: "monthly" } });
    return () => call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [server.id, token]);
  },
  "A location has two MDM servers": async ({ issue, register, link, call }) => {
    const [token, one, other] = [await issue(), await register(), await register()];
    await link(one, token);
    const { conflictId } = (await link(other, token)).body;
    return () => call("POST /v1/conflicts/{id}/resolution", [conflictId], { body: { keptBy: one.id, reason: "moved" } });
  },
  "Gauges are missing": async ({ ports }) => broken(ports.links, "all"),
};

/** What functions write on a day without alarms. */
const actsOfADay = async (): Promise<Written[]> => {
  const { issue, importToken, revoke, register, link, fetchAs, call, change, report, pass, scan, now, written, close } =
    await makeWatched();
  const [token, server] = [await issue(), await register()];
  await importToken(1);
  await revoke(await importToken(1, "withdrawn"));
  await call("POST /v1/content-tokens/{id}/downloads", [token], { body: {} });
  await link(server, token);
  await fetchAs(server);
  pass(MINUTE);
  await report({ subject: "ada", occurredAt: new Date(now() + DAY).toISOString() });
  await change(0);
  pass(2 * DAY);
  await scan();
  const asset = { adamId: "361309726", quantity: 1 };
  const { id: toLocationId } = (await call("POST /v1/locations", [], { body: { name: "Springfield" } })).body;
  await call("POST /v1/licenses", [], { body: { ...asset, locationId: locationId(), productType: "App" } });
  await call("POST /v1/license-transfers", [], { body: { ...asset, fromLocationId: locationId(), toLocationId } });
  await call("PUT /v1/subscription", [], { body: { plan: "monthly", primaryInUse: true } });
  close();
  return written();
};

type Told = Record<"before" | "during" | "after", AlarmState[]>;

/** The states of all alarms of ours, each time that CloudWatch would have judged a period more. */
const runScenario = async (heading: string) => {
  const alarm = own().get(heading);
  const scenario = SCENARIOS[heading];
  if (alarm === undefined || scenario === undefined) throw new Error(`${heading} is no alarm, or nothing sets it off here`);
  const watched = await makeWatched();
  const states = async (): Promise<AlarmState[]> => {
    const seen: AlarmState[] = [];
    for (let count = 0; count < 4; count++) {
      await watched.run(5 * MINUTE);
      seen.push(stateOf(alarm, watched.written(), watched.now()));
    }
    return seen;
  };
  const before = await states();
  const mend = await scenario(watched);
  const during = await states();
  await mend?.();
  const after = await states();
  watched.close();
  return { told: { before, during, after } satisfies Told, written: watched.written() };
};

const told = new Map<string, Told>();
const written: Written[] = [];
beforeAll(async () => {
  for (const heading of Object.keys(SCENARIOS)) {
    const run = await runScenario(heading);
    told.set(heading, run.told);
    written.push(...run.written);
  }
  written.push(...(await actsOfADay()));
}, 60_000);

describe("an alarm on what functions write", () => {
  test("has something here that sets it off: all have", () => {
    expect(Object.keys(SCENARIOS).toSorted()).toEqual([...own().keys()].toSorted());
  });

  test.each(Object.keys(SCENARIOS))("%s: is quiet, goes off and clears again", (heading) => {
    const { before = [], during = [], after = [] } = told.get(heading) ?? {};
    expect(before.at(-1)).toBe("OK");
    expect(during).toContain("ALARM");
    expect(after.at(-1)).toBe("OK");
  });

  test("on a gauge never takes a missing one for a good one", () => {
    const silent = [...own().values()].filter(({ MetricName }) => MetricName in GAUGES && MetricName !== "IdentityEventDelaySeconds");
    expect(silent).toHaveLength(11);
    const states = Object.fromEntries(silent.map((alarm) => [headingOf(alarm), stateOf(alarm, [], NOW.getTime())]));
    expect(Object.values(states)).not.toContain("OK");
    expect(states).toMatchObject({ "Gauges are missing": "ALARM", "The expiry scan is overdue": "ALARM" });
  });

  test("on a gauge that can't be measured says nothing, while the others say what they know", async () => {
    const watched = await makeWatched();
    broken(watched.ports.links, "all");
    await watched.run(20 * MINUTE);
    watched.close();
    const stateNow = (heading: string): AlarmState | undefined => {
      const alarm = own().get(heading);
      return alarm && stateOf(alarm, watched.written(), watched.now());
    };
    expect(stateNow("MDM servers hold dead tokens")).toBe("INSUFFICIENT_DATA");
    expect(stateNow("Outbox messages wait")).toBe("OK");
    expect(stateNow("Gauges are missing")).toBe("ALARM");
  });
});

describe("what functions write", () => {
  const dashboard = (): string =>
    JSON.stringify(resources().find(({ Type }) => Type === "AWS::CloudWatch::Dashboard")?.Properties.DashboardBody).replaceAll("\\", "");

  test("is what the table of metrics names, no more and no less", () => {
    expect(new Set(written.map(({ name }) => name))).toEqual(new Set([...COUNTS, ...Object.keys(GAUGES)]));
    expect(new Set(written.map(({ namespace }) => namespace))).toEqual(new Set([METRICS_NAMESPACE]));
  });

  test("is all watched by an alarm or shown on the dashboard", () => {
    const watched = new Set([...own().values()].map(({ MetricName }) => MetricName));
    const shown = dashboard();
    const unseen = [...COUNTS, ...Object.keys(GAUGES)].filter((name) => !watched.has(name) && !shown.includes(`"${name}"`));
    expect(unseen).toEqual([]);
  });

  test("is all that alarms and the dashboard ask for, by the same function", () => {
    const served = (name: unknown, service: unknown): string => `${name} of ${service}`;
    const known = new Set(written.map(({ name, dimensions }) => served(name, dimensions.service)));
    const asked = [
      ...[...own().values()].map(({ MetricName, Dimensions }) => served(MetricName, Dimensions[0]?.Value)),
      ...[...dashboard().matchAll(/"ContentTokens","(\w+)","service","([\w-]+)"/g)].map(([, name, service]) => served(name, service)),
    ];
    expect(asked.length).toBeGreaterThan(own().size);
    expect(asked.filter((each) => !known.has(each))).toEqual([]);
    const searched = [...dashboard().matchAll(/\{ContentTokens,service\} MetricName="(\w+)"/g)].map(([, name]) => name);
    expect(searched.length).toBeGreaterThan(6);
    expect(searched.filter((name) => !written.some((one) => one.name === name))).toEqual([]);
  });
});

describe("the evaluator", () => {
  const alarm = Alarm.parse({
    AlarmDescription: "x",
    Namespace: "N",
    MetricName: "M",
    Dimensions: [{ Name: "service", Value: "s" }],
    Period: 300,
    Statistic: "Sum",
    Threshold: 2,
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    TreatMissingData: "notBreaching",
  });
  const one = (minute: number, value: number, over: Partial<Written> = {}): Written => {
    return { namespace: "N", name: "M", dimensions: { service: "s" }, at: minute * MINUTE, value, ...over };
  };

  test.each<[string, Partial<Alarm>, readonly Written[], AlarmState]>([
    ["two of three periods", {}, [one(1, 2), one(11, 2)], "ALARM"],
    ["one of three periods", {}, [one(11, 2)], "OK"],
    ["values of one period, summed", {}, [one(1, 1), one(2, 1), one(11, 2)], "ALARM"],
    ["the largest of one period", { Statistic: "Maximum" }, [one(1, 1), one(2, 1), one(11, 2)], "OK"],
    ["a period that is not over", {}, [one(11, 2), one(15, 2)], "OK"],
    ["a period that is long over", { EvaluationPeriods: 1, DatapointsToAlarm: 1 }, [one(9, 2)], "OK"],
    ["another function's", {}, [one(1, 2, { dimensions: { service: "t" } }), one(11, 2)], "OK"],
    ["one with a dimension more", {}, [one(1, 2, { dimensions: { service: "s", more: "t" } }), one(11, 2)], "OK"],
    ["another namespace's", {}, [one(1, 2, { namespace: "O" }), one(11, 2)], "OK"],
    ["silence that breaches", { TreatMissingData: "breaching" }, [one(11, 1)], "ALARM"],
    ["silence that says nothing", { TreatMissingData: "missing" }, [], "INSUFFICIENT_DATA"],
    ["below", { ComparisonOperator: "LessThanThreshold" }, [one(1, 1), one(6, 1)], "ALARM"],
  ])("judges %s", (_, over, values, state) => {
    expect(stateOf({ ...alarm, ...over }, values, 15 * MINUTE)).toBe(state);
  });

  test.each([
    { TreatMissingData: "ignore" },
    { ExtendedStatistic: "p99" },
    { Statistic: "Average" },
    { ComparisonOperator: "GreaterThanUpperThreshold" },
    { Metrics: [] },
    { ActionsEnabled: false },
  ])("refuses what it does not know: %j", (over) => {
    expect(Alarm.safeParse({ ...alarm, ...over }).success).toBe(false);
  });
});
